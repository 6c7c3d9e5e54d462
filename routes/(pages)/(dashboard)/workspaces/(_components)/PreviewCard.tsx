import { grouped } from "../../../../../core/calls/spoken_figures.ts";
import { visibleText } from "../../../../../core/definitions/visible_text.ts";
import { describePolicy } from "../../../../../core/policies/tool_policy.ts";
import type {
  InstallPreview,
  PreviewedItem,
  Showing,
} from "../../../../../core/workspaces/preview_install.ts";
import Badge, { type BadgeKind } from "../../../(_components)/Badge.tsx";
import Card from "../../../(_components)/Card.tsx";
import type { InstallDraft } from "../(_forms)/install_intents.ts";

const SHOWINGS: Record<Showing, { kind: BadgeKind; word: string }> = {
  shown: { kind: "good", word: "shown" },
  changed: { kind: "warn", word: "shown, changed" },
  held: { kind: "warn", word: "held" },
  hidden: { kind: "neutral", word: "hidden" },
};

interface PreviewCardProps {
  preview: InstallPreview;
  draft: InstallDraft;
  /** The server's slug. */
  server: string;
  /** Whether this is not saved yet. */
  isPreview: boolean;
  mayChange: boolean;
}

/** Which of a server's tools and prompts an install shows, as far as they are known. */
export default function PreviewCard(props: PreviewCardProps) {
  const { preview: { items, known }, draft, server, isPreview, mayChange } = props;
  const waits = items.some(({ showing }) => showing === "held" || showing === "changed");
  return (
    <Card id="preview" title={isPreview ? "What this would show" : "What members are shown"}>
      {isPreview && (
        <p class="form-note" role="status">
          Not saved yet: this is what members would be shown. Save it, or change it further.
        </p>
      )}
      {!mayChange && <p class="lead">Policy: {describePolicy(draft.policy)}</p>}
      {items.length === 0
        ? (
          <p class="quiet">
            Nothing is known of its tools yet. They are known once a member has listed them, or an
            admin has looked at them on <a href={`/servers/${server}`}>the server's page</a>.
          </p>
        )
        : (
          <>
            <p class="lead">{inWords(items)}</p>
            {waits && (
              <p class="lead">
                Definitions have changed: <a href={`/servers/${server}`}>review them</a>.
              </p>
            )}
            <ul class="tool-preview" aria-label="Tools and prompts of this server">
              {items.map((item) => <Item key={`${item.kind} ${item.name}`} item={item} />)}
            </ul>
            {known > items.length && (
              <p class="quiet">
                And {grouped(known - items.length)} more, which are not looked at here.
              </p>
            )}
          </>
        )}
      <p class="quiet">Resources are not listed here; the same patterns hold for their URIs.</p>
    </Card>
  );
}

function Item({ item: { kind, name, description, isReadOnly, showing } }: { item: PreviewedItem }) {
  const { kind: badge, word } = SHOWINGS[showing];
  return (
    <li data-showing={showing}>
      <div class="tool-preview-name">
        <code>{visibleText(name)}</code>
        {kind === "prompt" && <span class="quiet">prompt</span>}
        {isReadOnly && <span class="quiet">read-only</span>}
        <Badge kind={badge}>{word}</Badge>
      </div>
      {description !== "" && <p class="quiet">{description}</p>}
    </li>
  );
}

function inWords(items: readonly PreviewedItem[]): string {
  const count = (wanted: Showing) => items.filter(({ showing }) => showing === wanted).length;
  const [held, hidden] = [count("held"), count("hidden")];
  const shown = items.length - held - hidden;
  return [
    `${grouped(shown)} of ${grouped(items.length)} shown`,
    ...held === 0 ? [] : [`${grouped(held)} held`],
    ...hidden === 0 ? [] : [`${grouped(hidden)} hidden`],
  ].join(", ") + ".";
}
