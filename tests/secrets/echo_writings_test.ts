import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { EchoAutomaton } from "../../core/secrets/echo_automaton.ts";
import { echoNeedles } from "../../core/secrets/echo_forms.ts";
import { MAX_WRITTEN_CHARS, writingsOf } from "../../core/secrets/echo_writings.ts";
import { LeakScanner } from "../../core/secrets/leak_scanner.ts";

Deno.test("base64 and hex of JSON and URLs hide no value, whatever language wrote them", () => {
  const texts = [
    ["wJalrXUtnFEMI/K7MDENG+bPx=", '{"key":"wJalrXUtnFEMI\\/K7MDENG+bPx="}'],
    ["wJalrXUtnFEMI/K7MDENG+bPx=", '{"key":"wJalrXUtnFEMI/K7MDENG\\u002BbPx="}'],
    ["wJalrXUtnFEMI/K7MDENG+bPx=", "?key=wJalrXUtnFEMI%2fK7MDENG%2bbPx%3d"],
    ["wJalrXUtnFEMI/K7MDENG+bPx=", "?key=wJalrXUtnFEMI/K7MDENG%2BbPx%3D"],
    ["top<secret>&more", '{"key":"top\\u003csecret\\u003e\\u0026more"}'],
    ["clé-secrète-für-überall", '{"key":"cl\\u00e9-secr\\u00e8te-f\\u00fcr-\\u00fcberall"}'],
    ["clé/secrète/für/überall", '{"key":"cl\\u00e9\\/secr\\u00e8te\\/f\\u00fcr\\/\\u00fcberall"}'],
    ["is-it(me)*you!", "?key=is-it%28me%29%2Ayou%21"],
  ];

  for (const [key, text] of texts) {
    for (const before of ["", "x", "xy"]) {
      for (const encoding of ["base64", "base64url", "hex"] as const) {
        const encoded = Buffer.from(before + text).toString(encoding);
        assert.match(scan(key, encoded), /^.+\[redacted:KEY\]/, `${text} in ${encoding}`);
      }
    }
  }
});

Deno.test("writingsOf() gives few writings of a long value", () => {
  const long = "a/b+é".repeat(MAX_WRITTEN_CHARS);

  assert.ok(writingsOf(long).size <= 4);
});

function scan(value: string, text: string): string {
  const automaton = new EchoAutomaton(echoNeedles([{ name: "KEY", value }]));
  const scanner = new LeakScanner(automaton, { isEventStream: false, onFound: () => {} });
  return Buffer.concat([scanner.push(Buffer.from(text)), scanner.end()]).toString();
}
