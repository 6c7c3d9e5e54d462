import { makeReport, type ReportPart, WHOLE_REPORT } from "../../core/analytics/make_report.ts";
import type { AnalyticsReport, ReportQuestion } from "../../core/analytics/report.ts";
import type { TallySource } from "../../core/analytics/tally_source.ts";
import type { Call } from "../../core/calls/call.ts";
import { CallFeed } from "../../core/calls/call_feed.ts";
import { CallLog } from "../../core/calls/call_log.ts";
import type { Workspace } from "../../core/workspaces/workspace.ts";
import { kept, someCall } from "../calls/_support.ts";
import { someWorkspace, START, type TestCore, testCore } from "../_support/core.ts";
import { LogTallies } from "./_log_tallies.ts";

/** A workspace with a log of calls, of which reports are made. */
export interface ReportWorld extends Disposable {
  core: TestCore;
  workspace: Workspace;
  /** Puts calls on the record, in the order of their arrival. */
  record(calls: readonly Partial<Call>[]): Promise<void>;
  report(question?: ReportQuestion, part?: ReportPart): Promise<AnalyticsReport>;
}

/** How tallies are got in a world. */
export type Tallies = (core: TestCore) => TallySource;

/** Tallies that are counted from the log itself. */
export const FROM_LOG: Tallies = ({ kv }) => new LogTallies(new CallFeed(kv));

/** A world whose clock says this time. */
export async function reportWorld(
  { now = START, from = FROM_LOG }: { now?: Date; from?: Tallies } = {},
): Promise<ReportWorld> {
  const core = await testCore();
  const workspace = await someWorkspace(core);
  core.advance(now.getTime() - START.getTime());
  const deps = { ...core, tallies: from(core) };

  return {
    core,
    workspace,
    async record(calls) {
      const log = new CallLog(core.kv);
      await Promise.all(
        calls.map((changes) => log.record(kept(workspace.id), someCall(changes))),
      );
      await log.close();
    },
    report(question = {}, part = WHOLE_REPORT) {
      return makeReport(deps, workspace.slug, question, part);
    },
    [Symbol.dispose]: () => core[Symbol.dispose](),
  };
}
