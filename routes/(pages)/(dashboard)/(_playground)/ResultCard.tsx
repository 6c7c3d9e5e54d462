import type { ComponentChildren } from "preact";
import { isObject, type JsonObject } from "../../../../core/mcp/message.ts";
import type { PlayedCall } from "../../../../core/playground/call_tool.ts";
import Badge from "../../(_components)/Badge.tsx";
import Card from "../../(_components)/Card.tsx";
import CodeBlock from "../../(_components)/CodeBlock.tsx";
import Facts from "../../(_components)/Facts.tsx";
import ContentBlock from "./ContentBlock.tsx";
import { curlCommand } from "./curl_command.ts";
import { cutText, prettyIfJson, spokenMs } from "./shown_text.ts";

/** The most parts of one result that are shown. */
const MAX_BLOCKS = 50;

interface ResultCardProps {
  played: PlayedCall;
  workspace: string;
}

/** What a call gave, how long it took, and what went over the wire. */
export default function ResultCard({ played, workspace }: ResultCardProps) {
  const { last, declined, record } = played;
  const error = isObject(last.response?.error) ? last.response.error : null;
  const result = isObject(last.response?.result) ? last.response.result : null;
  return (
    <Card id="result" title="Result">
      <p class="result-head" role="status">
        <Verdict played={played} error={error} result={result} />
        <Timing played={played} />
      </p>
      {declined.length > 0 && (
        <p class="hint">
          The server asked something, and the playground declined, since nobody answers here:{" "}
          {declined.map((question, at) => <q key={at}>{question}</q>)}
        </p>
      )}
      {record?.reason === "secret_missing" && (
        <p class="hint">
          Each member sets this secret for themselves, and the playground is no member: give it a
          shared value in{" "}
          <a href={`/servers/${record.server}/secrets`}>the server's secrets</a>, which holds where
          somebody has none.
        </p>
      )}
      {error !== null && <ErrorBlock error={error} />}
      {result !== null && <ResultBlocks result={result} />}
      {error === null && result === null && (
        <p class="problem">
          {last.received.isCut
            ? "The answer is longer than a page can show; its beginning is below."
            : "The answer is no message of MCP; it is below."}
        </p>
      )}
      <Wire played={played} workspace={workspace} />
    </Card>
  );
}

interface VerdictProps {
  played: PlayedCall;
  error: JsonObject | null;
  result: JsonObject | null;
}

function Verdict({ played: { last }, error, result }: VerdictProps) {
  if (error !== null) return <Badge kind="bad">error of the protocol</Badge>;
  if (result === null) return <Badge kind="bad">{`HTTP ${last.status}`}</Badge>;
  if (result.isError === true) return <Badge kind="warn">the tool failed</Badge>;
  if (result.resultType === "input_required") return <Badge kind="warn">wants an answer</Badge>;
  return <Badge kind="good">ok</Badge>;
}

function Timing({ played: { totalMs, upstreamMs } }: { played: PlayedCall }) {
  return (
    <span class="timing">
      <strong>{spokenMs(totalMs)}</strong> in all, of which the server{" "}
      <strong>{spokenMs(upstreamMs)}</strong> and the gateway{" "}
      <strong>{spokenMs(totalMs - upstreamMs)}</strong>
    </span>
  );
}

function ErrorBlock({ error: { code, message, data } }: { error: JsonObject }) {
  return (
    <div class="block">
      <p class="problem">{String(message ?? "")} (code {String(code)})</p>
      {data !== undefined && (
        <pre
          tabIndex={0}
          role="group"
          aria-label="Data"
        ><code>{cutText(JSON.stringify(data, null, 2)).shown}</code></pre>
      )}
    </div>
  );
}

function ResultBlocks({ result }: { result: JsonObject }) {
  const blocks = Array.isArray(result.content) ? result.content : [];
  const { structuredContent } = result;
  return (
    <div class="blocks">
      {blocks.slice(0, MAX_BLOCKS).map((block, at) => <ContentBlock key={at} block={block} />)}
      {blocks.length > MAX_BLOCKS && (
        <p class="quiet">{blocks.length - MAX_BLOCKS} more parts are not shown.</p>
      )}
      {structuredContent !== undefined && (
        <figure class="block">
          <figcaption>Structured content</figcaption>
          <pre
            tabIndex={0}
            role="group"
            aria-label="Structured content"
          ><code>{cutText(JSON.stringify(structuredContent, null, 2)).shown}</code></pre>
        </figure>
      )}
      {blocks.length === 0 && structuredContent === undefined && (
        <p class="quiet">The tool gave nothing back.</p>
      )}
    </div>
  );
}

function factsOf(
  { last, record }: PlayedCall,
  workspace: string,
): [string, ComponentChildren][] {
  const before = last.notes.length;
  return [
    ["Sent", `${last.bytesOut} bytes`],
    ["Received", `${last.bytesIn} bytes, HTTP ${last.status}`],
    ["Before the answer", before === 1 ? "1 message" : `${before} messages`],
    ["On the record", <RecordLink key="record" record={record} workspace={workspace} />],
  ];
}

function RecordLink({ record, workspace }: Pick<PlayedCall, "record"> & { workspace: string }) {
  if (record === null) return <span>no: it was refused before it was a call</span>;
  return <a href={`/calls/${workspace}/${record.id}`}>{record.outcome.replaceAll("_", " ")}</a>;
}

function Wire({ played, workspace }: ResultCardProps) {
  const { last } = played;
  const { sent, received } = last;
  const raw = cutText(prettyIfJson(received.text));
  return (
    <>
      <Facts facts={factsOf(played, workspace)} />
      <details>
        <summary>As a command</summary>
        <CodeBlock text={curlCommand(last)} label="The call as a command" />
      </details>
      <details>
        <summary>Request and answer</summary>
        <CodeBlock
          text={`${headersOf(sent.headers)}\n\n${prettyIfJson(sent.body)}`}
          label="Request"
        />
        <CodeBlock
          text={`HTTP ${last.status}\n${headersOf(received.headers)}\n\n${raw.shown}`}
          label="Answer"
        />
        {raw.rest > 0 && <p class="quiet">{raw.rest} more characters are not shown.</p>}
      </details>
    </>
  );
}

function headersOf(headers: Record<string, string>): string {
  return Object.entries(headers).map(([name, value]) => `${name}: ${value}`).join("\n");
}
