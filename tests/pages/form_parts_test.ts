import assert from "node:assert/strict";
import { z } from "zod";
import { readFormInput } from "../../core/api/parse_input.ts";
import {
  Checked,
  inputOf,
  Lines,
  numeric,
  optional,
  typedValues,
} from "../../routes/(pages)/(_http)/form_input.ts";
import { Notice } from "../../routes/(pages)/(_http)/notice_cookie.ts";
import { formOf } from "../../routes/(pages)/(_http)/form_state.ts";
import {
  readTableQuery,
  ROWS_PER_PAGE,
  tablePage,
  withParams,
} from "../../routes/(pages)/(_http)/table_query.ts";

const PAGE = "https://gateway.example.com/servers";

Deno.test("a form's fields become an object: dots lead inside, and brackets are lists", () => {
  const fields = new URLSearchParams(
    "intent=add&of=x&name=A&timeouts.total=5&timeouts.idle=6&kinds[]=a&kinds[]=b&rules.0.name=X",
  );

  assert.deepEqual(inputOf(fields), {
    name: "A",
    timeouts: { total: "5", idle: "6" },
    kinds: ["a", "b"],
    rules: { 0: { name: "X" } },
  });
});

Deno.test("a form's fields reach into no object's machinery", () => {
  const fields = new URLSearchParams(
    "__proto__.isOwner=1&constructor.prototype.isOwner=1&a.__proto__.isOwner=1&name=A&__proto__=x",
  );

  assert.deepEqual(inputOf(fields), { name: "A" });
  assert.deepEqual(typedValues(fields).name, ["A"]);
  assert.equal(Reflect.get({}, "isOwner"), undefined);
});

Deno.test("what was typed is kept, but no secret and nothing that the form says of itself", () => {
  const fields = new URLSearchParams(
    "intent=set&of=KEY&name=A&value=hunter2-hunter2&token=mwt_x&password=p&kinds[]=a&kinds[]=b",
  );

  assert.deepEqual(typedValues(fields), { name: ["A"], "kinds[]": ["a", "b"] });
});

Deno.test("what was sent is shown in the form that sent it, and in no other", () => {
  const sent = {
    intent: "set",
    of: "KEY",
    values: { name: ["A"] },
    problems: { name: "It is." },
    problem: null,
  };

  assert.equal(formOf(sent, "set", "KEY"), sent);
  for (const [intent, of] of [["set", "OTHER"], ["remove", "KEY"], ["set", ""]]) {
    assert.deepEqual(formOf(sent, intent, of).values, {});
    assert.deepEqual(formOf(sent, intent, of).problems, {});
  }
});

Deno.test("empty, checked, numeric and many-line fields are read as they are meant", () => {
  const schema = z.object({
    note: optional(z.string().min(3)),
    limit: optional(numeric(z.number().min(1))),
    isOn: Checked,
    isOff: Checked,
    globs: Lines,
  });

  const parsed = schema.parse({ note: " ", limit: " 12 ", isOn: "on", globs: "a\r\n\n b \n" });

  assert.deepEqual(parsed, {
    note: undefined,
    limit: 12,
    isOn: true,
    isOff: false,
    globs: ["a", "b"],
  });
  for (const limit of ["0", "twelve", "1e3", "-", "Infinity"]) {
    assert.equal(schema.safeParse({ limit }).success, false, limit);
  }
});

Deno.test("every field that is wrong has its own sentence", () => {
  const schema = z.object({
    slug: z.string().min(1, "must have 1 to 32 characters").max(32, "must have 1 to 32 characters"),
    name: z.string().max(3, "must have at most 3 characters"),
    role: z.enum(["a"], 'must be "a"'),
    timeouts: z.object({ total: z.number("must be a number") }),
  });

  const read = readFormInput(schema, { slug: "", name: "long", timeouts: { total: "x" } });

  assert.deepEqual("problems" in read && read.problems, {
    slug: "Fill this in.",
    name: "It must have at most 3 characters.",
    role: "Fill this in.",
    "timeouts.total": "It must be a number.",
  });
});

Deno.test("what a notice takes back is a form of this site's own pages", () => {
  const withUndo = (path: string) =>
    Notice.safeParse({ text: "Done.", undo: { path, fields: {} } });

  assert.equal(withUndo("/servers/notes/settings?tab=1").success, true);
  for (
    const path of [
      "//evil.example",
      "/\\evil.example",
      "https://evil.example",
      "/auth/sign-out",
      "",
    ]
  ) {
    assert.equal(withUndo(path).success, false, path);
  }
});

const rows = Array.from({ length: 60 }, (_, at) => ({ slug: `server-${at}`, calls: at % 7 }));
const COLUMNS = {
  search: (row: typeof rows[number]) => [row.slug, null],
  sort: {
    slug: (row: typeof rows[number]) => row.slug,
    calls: (row: typeof rows[number]) => row.calls,
  },
};
const pageOf = (query: string) => tablePage(rows, readTableQuery(new URL(PAGE + query)), COLUMNS);

Deno.test("a table shows one page, also for a page that is too far away or none", () => {
  const first = pageOf("");

  assert.equal(first.rows.length, ROWS_PER_PAGE);
  assert.deepEqual([first.total, first.page, first.pages], [60, 1, 3]);
  assert.equal(pageOf("?page=3").rows.length, 60 - 2 * ROWS_PER_PAGE);
  assert.equal(pageOf("?page=99").page, 3);
  for (const page of ["0", "-1", "1.5", "x", "", "1e99"]) {
    assert.equal(pageOf(`?page=${page}`).page, 1, page);
  }
});

Deno.test("a table is sorted by what it can be sorted by, numbers within texts as numbers", () => {
  const bySlug = pageOf("?sort=slug").rows.map(({ slug }) => slug);
  const byCalls = pageOf("?sort=calls&dir=desc").rows.map(({ calls }) => calls);

  assert.deepEqual(bySlug.slice(0, 3), ["server-0", "server-1", "server-2"]);
  assert.deepEqual([byCalls[0], byCalls[8]], [6, 5]);
  for (const sort of ["constructor", "toString", "nothing"]) {
    assert.deepEqual(pageOf(`?sort=${sort}`).rows, rows.slice(0, ROWS_PER_PAGE));
  }
});

Deno.test("a search finds rows that have every word, whatever their case", () => {
  assert.deepEqual(pageOf("?q=SERVER+-59").rows.map(({ slug }) => slug), ["server-59"]);
  assert.equal(pageOf("?q=server+nothing").total, 0);
  assert.equal(pageOf("?q=nothing").pages, 1);
});

Deno.test("an address keeps its other parameters when one changes", () => {
  const url = new URL(`${PAGE}?q=a+b&sort=slug&page=2`);

  assert.equal(withParams(url, { page: "3" }), "/servers?q=a+b&sort=slug&page=3");
  assert.equal(withParams(url, { q: null, sort: null, page: null }), "/servers");
});
