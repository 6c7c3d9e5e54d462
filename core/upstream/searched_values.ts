import { EchoAutomaton } from "../secrets/echo_automaton.ts";
import { echoNeedles } from "../secrets/echo_forms.ts";
import { fillTemplate } from "../secrets/value_template.ts";
import { LeakScanner } from "../secrets/leak_scanner.ts";
import { joined } from "../mcp/json_splice.ts";
import type { Injection, Target } from "./upstream.ts";

/** By what is looked for, which every copy of a target shares; `null` for nothing to find. */
const automata = new WeakMap<readonly Injection[], EchoAutomaton | null>();

/** What finds the values that a server is given; `null` when it is given none. */
export function automatonFor({ searched }: Pick<Target, "searched">): EchoAutomaton | null {
  const known = automata.get(searched);
  if (known !== undefined) return known;
  const automaton = makeAutomaton(searched);
  automata.set(searched, automaton);
  return automaton;
}

/** A text without the values that a server is given. */
export function withoutValuesOf(target: Pick<Target, "searched">, text: Uint8Array): Uint8Array {
  const automaton = automatonFor(target);
  if (automaton === null) return text;
  const scanner = new LeakScanner(automaton, { isEventStream: false, onFound: () => {} });
  return joined([scanner.push(text), scanner.end()]);
}

function makeAutomaton(injections: readonly Injection[]): EchoAutomaton | null {
  const needles = echoNeedles(injections.map(({ name, rule, value }) => ({
    name,
    value: value.reveal(),
    filled: fillTemplate(rule.template, value.reveal()),
  })));
  return needles.length === 0 ? null : new EchoAutomaton(needles);
}
