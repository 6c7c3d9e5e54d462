import assert from "node:assert/strict";
import { z } from "zod";
import { readFormInput } from "../../core/api/parse_input.ts";
import { intent } from "../../routes/(pages)/(_http)/answer_form.ts";
import {
  InstallLimitFields,
  toolLimitLines,
  WorkspaceLimitFields,
} from "../../routes/(pages)/(_http)/limit_fields.ts";
import { PolicyFields } from "../../routes/(pages)/(_http)/policy_fields.ts";

/** What is said of each wrong field; `null` where nothing is wrong. */
function fieldProblems(schema: z.ZodType, input: unknown): Record<string, string> | null {
  const read = readFormInput(schema, input);
  return "problems" in read ? read.problems : null;
}

Deno.test("PolicyFields reads one glob a line, and gives nothing where nothing is limited", () => {
  assert.deepEqual(
    PolicyFields.parse({ allow: " list_* \r\n\r\nget_?\n", deny: "", readOnly: "on" }),
    {
      allow: ["list_*", "get_?"],
      deny: [],
      readOnly: true,
    },
  );
  assert.equal(PolicyFields.parse({ allow: "\n", deny: "" }), null);
  assert.equal(PolicyFields.parse(undefined), null);
});

Deno.test("PolicyFields names the glob that is wrong, at its field", () => {
  const long = "x".repeat(201);
  const many = Array.from({ length: 51 }, (_, at) => `tool_${at}`).join("\n");

  const problems = [
    fieldProblems(PolicyFields, { allow: "list_*\ntool:", deny: "" }),
    fieldProblems(PolicyFields, { allow: "", deny: long }),
    fieldProblems(PolicyFields, { allow: many, deny: "a\tb" }),
  ];

  assert.deepEqual(problems[0], {
    allow: 'It must have a name, or "*", after its kind: see "tool:".',
  });
  assert.match(problems[1]?.deny ?? "", /^It must have 1 to 200 characters.*see "xxxx/);
  assert.match(problems[2]?.allow ?? "", /must have at most 50 globs; these are 51/);
  assert.match(problems[2]?.deny ?? "", /none of them a control character: see "a\\tb"/);
});

Deno.test("WorkspaceLimitFields reads what is left empty as no limit", () => {
  const read = WorkspaceLimitFields.parse({ requestsPerMinute: " 60 ", concurrentCalls: "" });

  assert.deepEqual(read, {
    requestsPerMinute: 60,
    requestsPerMinutePerToken: null,
    concurrentCalls: null,
    concurrentCallsPerToken: null,
  });
  for (const wrong of ["0", "-1", "1.5", "many", "1000001"]) {
    assert.deepEqual(fieldProblems(WorkspaceLimitFields, { requestsPerMinute: wrong }), {
      requestsPerMinute: "It must be a whole number from 1 to 1000000.",
    });
  }
});

Deno.test("InstallLimitFields reads a tool and its limit from each line, and writes them back", () => {
  const text = "search unlimited\ndelete issue 10\nsend = 2\n";

  const { tools } = InstallLimitFields.parse({ callsPerMinutePerTool: "", tools: text });

  assert.deepEqual(tools, { search: null, "delete issue": 10, send: 2 });
  assert.equal(toolLimitLines(tools), "search unlimited\ndelete issue 10\nsend 2");
});

Deno.test("InstallLimitFields names the line that is wrong", () => {
  const wrong: [string, RegExp][] = [
    ["search", /a tool and a number, or "unlimited", in each line: see "search"/],
    ["search many", /see "search many"/],
    ["search 0", /from 1 to 1000000: see "search"/],
    ["search 1\nsearch 2", /must name "search" only once/],
    [`${"x".repeat(201)} 1`, /must name tools of at most 200 characters: see "xxx/],
    [Array.from({ length: 101 }, (_, at) => `t${at} 1`).join("\n"), /at most 100 tools/],
  ];

  for (const [tools, sentence] of wrong) {
    assert.match(fieldProblems(InstallLimitFields, { tools })?.tools ?? "", sentence);
  }
});

Deno.test("a form is read once, whatever a schema does on the way", () => {
  let reads = 0;
  const schema = z.object({ name: z.string() }).transform(({ name }) => ({ name, reads: ++reads }));
  const { read } = intent("viewer", schema, () => Promise.reject(new Error("not asked for")));

  assert.ok("run" in read({ name: "team" }));
  assert.deepEqual(read({}), { problems: { name: "Fill this in." } });
  assert.equal(reads, 1);
});
