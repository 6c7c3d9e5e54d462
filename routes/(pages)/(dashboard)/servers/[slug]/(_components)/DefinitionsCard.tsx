import type { DefinitionText } from "../../../../../../core/definitions/definition_view.ts";
import type {
  DefinitionRow,
  Holding,
} from "../../../../../../core/definitions/view_definitions.ts";
import { visibleText } from "../../../../../../core/definitions/visible_text.ts";
import Badge from "../../../../(_components)/Badge.tsx";
import Card from "../../../../(_components)/Card.tsx";
import { Pager, SearchForm } from "../../../../(_components)/DataTable.tsx";
import RelativeTime from "../../../../(_components)/RelativeTime.tsx";
import type { TablePage } from "../../../../(_http)/table_query.ts";
import DefinitionBody from "./DefinitionBody.tsx";
import HintBadges from "./HintBadges.tsx";

/** A row with what its definition says; `null` where that is not kept. */
export interface ShownDefinition {
  row: DefinitionRow;
  text: DefinitionText | null;
}

interface DefinitionsCardProps {
  url: URL;
  table: TablePage<DefinitionRow>;
  shown: readonly ShownDefinition[];
  /** How many there are, whatever was searched for. */
  tools: number;
  prompts: number;
  holding: Holding;
  now: string;
}

/** The tools and prompts that a server was seen to have. */
export default function DefinitionsCard(props: DefinitionsCardProps) {
  const { url, table, shown, tools, prompts, holding, now } = props;
  const { q } = table.query;
  return (
    <Card id="tools" title="Tools and prompts" count={counted(tools, prompts)}>
      <SearchForm url={url} hint="Search names and descriptions" q={q} kept={[]} />
      <div class="definitions" data-live="definitions">
        {shown.length === 0 ? <p class="empty">No tool or prompt here matches "{q}".</p> : (
          <ul>
            {shown.map(({ row, text }) => (
              <li key={`${row.kind} ${row.name}`} data-row={`${row.kind} ${row.name}`}>
                <Definition row={row} text={text} holding={holding} now={now} />
              </li>
            ))}
          </ul>
        )}
      </div>
      <Pager url={url} table={table} />
    </Card>
  );
}

interface DefinitionProps extends ShownDefinition {
  holding: Holding;
  now: string;
}

function Definition({ row, text, holding, now }: DefinitionProps) {
  const name = visibleText(row.name);
  const title = text?.title ?? null;
  return (
    <details class="definition">
      <summary>
        <span class="definition-name">
          <strong class="code">{shortened(name, 120)}</strong>
          {title !== null && title !== name && <span>{shortened(title, 100)}</span>}
        </span>
        <span class="definition-badges">
          {row.kind === "prompt" && <Badge kind="neutral">prompt</Badge>}
          <StateBadge row={row} holding={holding} now={now} />
          {text !== null && <HintBadges hints={text.hints} />}
        </span>
        {text?.description && (
          <span class="definition-line quiet">{shortened(text.description, 160)}</span>
        )}
      </summary>
      {text === null
        ? <p class="quiet">Its definition is not kept here; ask the server to see it.</p>
        : (
          <>
            {name.length > 120 && <p class="code wrap">{name}</p>}
            <DefinitionBody text={text} label={`${row.kind} ${shortened(name, 120)}`} />
          </>
        )}
    </details>
  );
}

interface StateProps {
  row: DefinitionRow;
  holding: Holding;
  now: string;
}

function StateBadge({ row: { state, since }, holding, now }: StateProps) {
  if (state === "trusted" || since === null) return <Badge kind="good">pinned</Badge>;
  const word = state === "new" ? "new" : "changed";
  return (
    <Badge kind="warn">
      {word}
      {holding.held.length > 0 && ", held"} since <RelativeTime at={since} now={now} />
    </Badge>
  );
}

function shortened(text: string, chars: number): string {
  return text.length > chars ? `${text.slice(0, chars).toWellFormed()}…` : text;
}

function counted(tools: number, prompts: number): string {
  const of = (count: number, what: string) => `${count} ${what}${count === 1 ? "" : "s"}`;
  return prompts === 0 ? of(tools, "tool") : `${of(tools, "tool")}, ${of(prompts, "prompt")}`;
}
