import { posix } from "node:path";
import {
  type ArchitectureRule,
  importsOf,
  isCore,
  isIsland,
  isSource,
  targetOf,
  usesOf,
} from "./architecture_rule.ts";

/**
 * Stores by another name: what they write and read is a log, not a noun.
 */
const LOGS = [
  "core/calls/call_feed.ts",
  "core/calls/call_history.ts",
  "core/calls/call_log.ts",
  "core/calls/call_queries.ts",
];

/** Libraries that compute and do nothing else. */
const PURE_LIBRARIES = ["zod", "eventsource-parser", "node:crypto"];

/** Nouns that are a part of another one, and as pure. */
const PARTS_OF_NOUNS = [
  "core/admins/role.ts",
  "core/calls/retention.ts",
  "core/arguments/argument_logging.ts",
  "core/limits/limits.ts",
  "core/secrets/secret.ts",
  "core/servers/disabling.ts",
  "core/webhooks/alert.ts",
  "core/webhooks/error_rule.ts",
  "core/policies/glob.ts",
  "core/policies/tool_policy.ts",
  "core/policies/uri_forms.ts",
  "core/servers/protocol_pin.ts",
  "core/servers/server_health.ts",
  "core/servers/timeouts.ts",
];

/** What every pure file may import. */
const PURE_FILES = ["core/errors.ts", "core/ids.ts", "core/slug.ts", ...PARTS_OF_NOUNS];

/** Stores that write by themselves, and why that is no change of somebody's. */
const UNAUDITED: Record<string, string> = {
  "core/members/member_secret_store.ts":
    "what is changed has entries, what leads nowhere is cleared",
  "core/admins/session_check_store.ts": "when GitHub was asked; what changed by it has its entry",
  "core/members/self_session_store.ts": "sign-ins to a member's own page",
  "core/analytics/block_store.ts": "adds the log of calls up",
  "core/analytics/rollup_store.ts": "adds the log of calls up",
  "core/calls/call_log.ts": "calls are on a record of their own",
  "core/calls/call_trim_store.ts":
    "lets go of calls that nobody may see; the retention has its entry",
  "core/events/event_store.ts": "events are what servers did",
  "core/definitions/pin_store.ts": "what servers define; reviews have their entry",
  "core/limits/quota_store.ts": "counts requests",
  "core/limits/slot_store.ts": "counts running calls",
  "core/secrets/key_check_store.ts": "a process recognises its master keys by it",
  "core/secrets/sealed_record_store.ts": "seals what is there again, and changes nothing else",
  "core/servers/list_version_store.ts": "counts what servers said",
  "core/servers/server_health_store.ts": "what processes saw of servers",
  "core/servers/server_store.ts": "clears away installs of a server that was removed",
  "core/sessions/ended_session_store.ts": "clients end their sessions",
  "core/sessions/listening_store.ts": "where clients listen",
  "core/sessions/member_session_store.ts": "which sessions members' clients have",
  "core/sessions/session_state_store.ts": "what clients said",
  "core/sinks/sink_progress_store.ts": "how far sinks are with the log",
  "core/webhooks/alert_queue_store.ts": "what is in the logs, on its way to webhooks",
  "core/webhooks/delivery_store.ts": "what became of deliveries; who sends them again has an entry",
  "core/webhooks/error_alarm_store.ts": "what was seen of servers",
  "core/webhooks/webhook_store.ts": "forgets secrets whose time is over",
  "core/tokens/token_store.ts": "clears away tokens of a workspace that was removed",
};

const WRITES = /\bkv\.(set|delete)\(|\.commit\(\)/;

const STORE_TYPES = ["Deno.Kv", "Deno.openKv", "Deno.AtomicOperation"];
const AMBIENT = [
  "Deno.env",
  "Date.now",
  "new Date()",
  "Date()",
  "fetch",
  "globalThis",
  "process",
  "Temporal",
];
const TERMINAL = [
  "console",
  "Deno.args",
  "Deno.exit",
  "Deno.stdin",
  "Deno.stdout",
  "Deno.stderr",
  "Deno.consoleSize",
];

const MAX_LINES = 300;

/** Every rule, in the order of the style guide. */
export const RULES: ArchitectureRule[] = [
  {
    sentence: "only stores, core/kv and the call log name Deno.Kv",
    find(file) {
      if (!isCore(file) || isStore(file.path)) return [];
      return usesOf(file, STORE_TYPES, "is for stores");
    },
    broken: [
      { path: "core/servers/add.ts", text: "\nfunction add(kv: Deno.Kv) {}", line: 2 },
      { path: "core/servers/add.ts", text: "await Deno.openKv();", line: 1 },
    ],
    kept: [
      { path: "core/servers/server_store.ts", text: "function add(kv: Deno.Kv) {}" },
      { path: "core/kv/any.ts", text: "function add(kv: Deno.Kv) {}" },
      { path: "core/servers/add.ts", text: "// Deno.Kv\nconst text = 'Deno.Kv';" },
    ],
  },
  {
    sentence: "what somebody changes is committed through the audit log",
    find(file) {
      if (!isCore(file) || /^core\/(kv|audit)\//.test(file.path)) return [];
      if (Object.hasOwn(UNAUDITED, file.path)) return [];
      const writes = file.text.split("\n").flatMap((text, index) => {
        return WRITES.test(text) ? [{ line: index + 1, why: "writes without an entry" }] : [];
      });
      const commits = importsOf(file, (fact) => {
        return targetOf(file, fact) === "core/kv/commit.ts";
      }, "commits without an entry");
      return [...writes, ...commits];
    },
    broken: [
      { path: "core/a/a_store.ts", text: "await this.#kv.set(key, 1);", line: 1 },
      { path: "core/a/a_store.ts", text: "\nawait kv.delete(key);", line: 2 },
      { path: "core/a/a_store.ts", text: "await kv.atomic().set(key, 1).commit();", line: 1 },
      {
        path: "core/a/a_store.ts",
        text: 'import { commitWithRetry } from "../kv/commit.ts";',
        line: 1,
      },
    ],
    kept: [
      { path: "core/a/a_store.ts", text: "await this.#audit.commit(by, doing, prepare);" },
      { path: "core/calls/call_log.ts", text: "await this.#kv.set(key, 1);" },
      { path: "core/a/a_store.ts", text: "await this.#kv.get(key);" },
    ],
  },
  {
    sentence: "core knows no Fresh, no JSX and no terminal",
    find(file) {
      if (!isCore(file)) return [];
      return [
        ...importsOf(file, ({ specifier }) => {
          return /^(fresh|preact|@preact|hono|commander)(\/|-|$)/.test(specifier) ||
            specifier.endsWith(".tsx");
        }, "core knows nothing of it"),
        ...usesOf(file, ["jsx", ...TERMINAL], "core knows nothing of it"),
      ];
    },
    broken: [
      { path: "core/a.ts", text: 'import { page } from "fresh";', line: 1 },
      { path: "core/a.ts", text: 'import { h } from "preact";', line: 1 },
      { path: "core/a.ts", text: 'import { signal } from "@preact/signals";', line: 1 },
      { path: "core/a.ts", text: 'import { html } from "preact-render-to-string";', line: 1 },
      { path: "core/a.tsx", text: "const a = 1;\nconst b = <p>hi</p>;", line: 2 },
      { path: "core/a.ts", text: "console.log(1);", line: 1 },
      { path: "core/a.ts", text: "Deno.stdout.close();", line: 1 },
    ],
    kept: [{ path: "routes/a.tsx", text: 'import { page } from "fresh";' }],
  },
  {
    sentence: "core takes clock, fetch and environment from its services",
    find: (file) => isCore(file) ? usesOf(file, AMBIENT, "arrives through the services") : [],
    broken: [
      { path: "core/a.ts", text: 'Deno.env.get("A");', line: 1 },
      { path: "core/a.ts", text: "const now = Date.now();", line: 1 },
      { path: "core/a.ts", text: "const now = new Date();", line: 1 },
      { path: "core/a.ts", text: 'await fetch("https://example.com");', line: 1 },
      { path: "core/a.ts", text: "class A { #fetch = fetch }", line: 1 },
      { path: "core/a.ts", text: "const deps = { fetch };", line: 1 },
      { path: "core/a.ts", text: "globalThis.fetch;", line: 1 },
      { path: "core/a.ts", text: "process.env;", line: 1 },
    ],
    kept: [
      { path: "core/a.ts", text: "const at = new Date(0).toISOString();" },
      { path: "core/a.ts", text: "function get({ fetch }: Deps) { return fetch(1); }" },
      { path: "core/a.ts", text: "function get(deps: Deps) { return deps.fetch(1); }" },
      { path: "core/a.ts", text: "type Fetch = typeof fetch; interface A { fetch: Fetch }" },
    ],
  },
  {
    sentence: "core imports nothing from outside of core",
    find(file) {
      if (!isCore(file)) return [];
      return importsOf(file, (fact) => {
        const target = targetOf(file, fact);
        return target !== null && !target.startsWith("core/") && target !== "deno.json";
      }, "lies outside of core");
    },
    broken: [{ path: "core/a.ts", text: 'import { b } from "../routes/b.ts";', line: 1 }],
    kept: [{ path: "core/kv/a.ts", text: 'import { b } from "../b.ts";' }],
  },
  {
    sentence: "only core/gateway and the services know core/gateway",
    find(file) {
      if (!isCore(file) || /^core\/(gateway\/|services\.ts$)/.test(file.path)) return [];
      return importsOf(file, (fact) => {
        return targetOf(file, fact)?.startsWith("core/gateway/") ?? false;
      }, "the gateway knows the rest of core, and not the other way round");
    },
    broken: [
      { path: "core/upstream/a.ts", text: 'import type { B } from "../gateway/b.ts";', line: 1 },
    ],
    kept: [{ path: "core/gateway/a.ts", text: 'import { b } from "../upstream/b.ts";' }],
  },
  {
    sentence: "core/mcp and the nouns import only errors, ids, slug, zod and what computes alone",
    find(file) {
      if (!isPure(file.path)) return [];
      return importsOf(file, (fact) => {
        const target = targetOf(file, fact);
        if (target === null) return !PURE_LIBRARIES.includes(fact.specifier);
        if (PURE_FILES.includes(target)) return false;
        return !(file.path.startsWith("core/mcp/") && target.startsWith("core/mcp/"));
      }, "a pure file does not need it");
    },
    broken: [
      { path: "core/mcp/a.ts", text: 'import { keys } from "../kv/keys.ts";', line: 1 },
      { path: "core/tokens/token.ts", text: 'import { a } from "./token_text.ts";', line: 1 },
      { path: "core/calls/call.ts", text: 'import { readFile } from "node:fs";', line: 1 },
    ],
    kept: [
      { path: "core/mcp/a.ts", text: 'import { b } from "./b.ts";\nimport { z } from "zod";' },
      { path: "core/tokens/token.ts", text: 'import { TokenId } from "../ids.ts";' },
      { path: "core/tokens/token_text.ts", text: 'import { keys } from "../kv/keys.ts";' },
    ],
  },
  {
    sentence: "islands know only types of core, and nothing of the server",
    find(file) {
      if (!isIsland(file.path)) return [];
      return importsOf(file, (fact) => {
        const target = targetOf(file, fact);
        if (target === null) return /^(fresh|fresh\/dev|node:.*|@std\/.*)$/.test(fact.specifier);
        return target.startsWith("core/") && !fact.typeOnly;
      }, "does not belong into a browser");
    },
    broken: [
      { path: "islands/A.tsx", text: 'import { a } from "../core/a.ts";', line: 1 },
      { path: "routes/(_islands)/A.tsx", text: 'import { a } from "../../core/a.ts";', line: 1 },
      { path: "islands/A.tsx", text: 'import { define } from "fresh";', line: 1 },
    ],
    kept: [
      { path: "islands/A.tsx", text: 'import type { A } from "../core/a.ts";' },
      { path: "islands/A.tsx", text: 'import { type A } from "../core/a.ts";' },
      { path: "islands/A.tsx", text: 'import { IS_BROWSER } from "fresh/runtime";' },
    ],
  },
  {
    sentence: "the product imports nothing from tests, bench, examples and tasks",
    find(file) {
      if (!/^((core|routes|islands|cli)\/|(main|cli)\.ts$)/.test(file.path)) return [];
      if (!isSource(file.path)) return [];
      return importsOf(file, (fact) => {
        return /^(tests|bench|examples|tasks)\//.test(targetOf(file, fact) ?? "");
      }, "is no part of the product");
    },
    broken: [{ path: "main.ts", text: 'import { a } from "./tests/a.ts";', line: 1 }],
    kept: [{ path: "main.ts", text: 'import { a } from "./core/a.ts";' }],
  },
  {
    sentence: "a file is named after what is in it, and passes nothing on",
    find(file) {
      if (!/^(core|cli|islands|routes)\//.test(file.path) || !isSource(file.path)) return [];
      const name = posix.basename(file.path).replace(/\.tsx?$/, "");
      const isNameless = /^(utils?|helpers?|types?|constants?|common|misc|mod)$/.test(name) ||
        // Fresh serves a folder's own path from a route of this name.
        (name === "index" && !file.path.startsWith("routes/"));
      const named = isNameless ? [{ line: 1, why: `"${name}" says nothing` }] : [];
      // A route may pass on another route's handler, to serve it under a second path.
      if (file.path.startsWith("routes/")) return named;
      return [
        ...named,
        ...importsOf(file, (fact) => fact.reexport, "import the file that defines it"),
      ];
    },
    broken: [
      { path: "core/utils.ts", text: "", line: 1 },
      { path: "core/servers/index.ts", text: "", line: 1 },
      { path: "cli/types.ts", text: "", line: 1 },
      { path: "core/a.ts", text: '\nexport * from "./b.ts";', line: 2 },
      { path: "core/a.ts", text: 'export { b } from "./b.ts";', line: 1 },
    ],
    kept: [
      { path: "routes/index.tsx", text: "" },
      { path: "routes/b.ts", text: 'export { handler } from "./a.ts";' },
      { path: "core/a.ts", text: "export const a = 1;" },
    ],
  },
  {
    sentence: `no file of core, routes, islands and cli has more than ${MAX_LINES} lines`,
    find(file) {
      if (!/^(core|cli|islands|routes)\//.test(file.path) || !isSource(file.path)) return [];
      const lines = file.text.trimEnd().split("\n").length;
      return lines > MAX_LINES ? [{ line: lines, why: "it is probably two things" }] : [];
    },
    broken: [{ path: "core/a.ts", text: "let a;\n".repeat(301), line: 301 }],
    kept: [{ path: "core/a.ts", text: "let a;\n".repeat(300) }],
  },
  {
    sentence: "no text names the host of a package registry",
    find(file) {
      return file.text.split("\n").flatMap((text, index) => {
        const host = REGISTRY_HOST.exec(text)?.[0];
        return host === undefined ? [] : [{ line: index + 1, why: `"${host}" is not for all` }];
      });
    },
    broken: [
      { path: "deno.lock", text: `{}\n"https:/${"/registry"}.example.com/zod"`, line: 2 },
      { path: "README.md", text: `http:/${"/npm-mirror"}.local:4873/`, line: 1 },
    ],
    kept: [{ path: "README.md", text: "[zod](https://www.npmjs.com/package/zod)" }],
  },
];

const REGISTRY_HOST =
  /https?:\/\/[^\s"'`<>()/]*(registry|mirror|artifactory|nexus|verdaccio)[^\s"'`<>()/]*/i;

function isStore(path: string): boolean {
  return path.startsWith("core/kv/") || path.endsWith("_store.ts") || LOGS.includes(path);
}

/** `core/servers/server.ts`: a file named like its folder, in the singular. */
function isPure(path: string): boolean {
  if (path.startsWith("core/mcp/")) return isSource(path);
  if (PARTS_OF_NOUNS.includes(path)) return true;
  const [, folder, name] = /^core\/([a-z_]+)s\/([a-z_]+)\.ts$/.exec(path) ?? [];
  return folder !== undefined && folder === name;
}
