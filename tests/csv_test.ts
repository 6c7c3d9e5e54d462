import assert from "node:assert/strict";
import { csvLine } from "../core/csv.ts";

Deno.test("csvLine() writes what RFC 4180 wants", () => {
  const line = csvLine(["plain", 'says "no"', "a,b", "two\nlines", "cr\rlf\r\n", 12.5, true, null]);

  assert.equal(line, 'plain,"says ""no""","a,b","two\nlines","cr\rlf\r\n",12.5,true,\r\n');
});

Deno.test("csvLine() keeps spaces at the edges of a text", () => {
  assert.equal(csvLine([" a", "b ", ""]), '" a","b ",\r\n');
});

Deno.test("csvLine() has no spreadsheet compute a text", () => {
  const formulas = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "＝1",
    "＠A",
    "\tx",
  ];

  for (const formula of formulas) {
    const line = csvLine([formula]);
    assert.match(line, /^"?'/, JSON.stringify(formula));
    assert.ok(line.includes(formula), "the text itself stays whole");
  }
  assert.equal(csvLine(["a=1", "a-b", "x@y.example", "1+1"]), "a=1,a-b,x@y.example,1+1\r\n");
});

Deno.test("csvLine() leaves numbers to be numbers", () => {
  assert.equal(csvLine([-1, 0, 1e21]), "-1,0,1e+21\r\n");
});

Deno.test("csvLine() steers no terminal", () => {
  assert.equal(
    csvLine(["a\x1b[2Jb", "c\x9bd", "e\x00", "f\tg"]),
    "a\ufffd[2Jb,c\ufffdd,e\ufffd,f\tg\r\n",
  );
});
