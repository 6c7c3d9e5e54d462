import { page, type PageResponse } from "fresh";
import { makeReportsOf, WHOLE_REPORT } from "../../../../core/analytics/make_report.ts";
import { makeReport } from "../../../../core/analytics/make_report.ts";
import {
  type Board,
  type BoardOf,
  readRecentBoard,
} from "../../../../core/analytics/read_board.ts";
import type { AnalyticsReport, ReportQuestion } from "../../../../core/analytics/report.ts";
import { scopeOfAll } from "../../../../core/analytics/report_scope.ts";
import { GatewayError } from "../../../../core/errors.ts";
import type { Services } from "../../../../core/services.ts";
import { define } from "../../../../define.ts";
import { csvAnswer } from "../../../(_http)/csv_answer.ts";
import Card from "../../(_components)/Card.tsx";
import EmptyState from "../../(_components)/EmptyState.tsx";
import PageHeader from "../../(_components)/PageHeader.tsx";
import type { FormState } from "../../(_http)/form_state.ts";
import BeingCounted from "../(_components)/BeingCounted.tsx";
import FilterChips from "../(_components)/FilterChips.tsx";
import AnalyticsBoard from "./(_components)/AnalyticsBoard.tsx";
import AnalyticsFilters from "./(_components)/AnalyticsFilters.tsx";
import PeriodLinks from "./(_components)/PeriodLinks.tsx";
import {
  analyticsPath,
  FILTERS,
  readQuestion,
  withoutEmpty,
} from "./(_http)/analytics_question.ts";

/** What the page shows: a board, or why there is none. */
interface Shown {
  /** What was asked for, as the form has it. */
  asked: URLSearchParams;
  form: FormState;
  workspaces: string[];
  board: Board | null;
  /** Whether there is no board yet, or a newer one soon. */
  isCounting: boolean;
  now: string;
}

export const handler = define.handlers({
  async GET({ url, state: { services } }): Promise<Response | PageResponse<Shown>> {
    const asked = withoutEmpty(url.searchParams);
    const workspaces = await services.workspaces.listAll();
    const slug = asked.get("workspace");
    const of: BoardOf = slug === null ? { all: workspaces } : { slug };
    const shown = {
      asked,
      form: formOf(asked, {}, null),
      workspaces: workspaces.map((workspace) => workspace.slug),
      board: null,
      isCounting: false,
      now: services.now().toISOString(),
    };
    if (workspaces.length === 0) return page(shown);

    try {
      const { question, part, isCsv } = readQuestion(asked);
      if (isCsv) return csvAnswer(await wholeReport(services, of, question));
      const given = await readRecentBoard(services, of, question, part);
      return page({ ...shown, board: given && given.answer, isCounting: given?.isOld ?? true });
    } catch (error) {
      if (!(error instanceof GatewayError) || ![400, 404].includes(error.status)) throw error;
      const { field, publicMessage } = error;
      const form = field !== undefined && field in FILTERS
        ? formOf(asked, { [field]: publicMessage }, null)
        : formOf(asked, {}, publicMessage);
      return page({ ...shown, form }, { status: error.status });
    }
  },
});

async function wholeReport(
  services: Services,
  of: BoardOf,
  question: ReportQuestion,
): Promise<AnalyticsReport> {
  if ("slug" in of) return await makeReport(services, of.slug, question, WHOLE_REPORT);
  const scope = scopeOfAll(services.tallies, of.all, services.now());
  const [report] = await makeReportsOf(services, scope, question, WHOLE_REPORT, () => []);
  return report;
}

function formOf(
  asked: URLSearchParams,
  problems: Record<string, string>,
  problem: string | null,
): FormState {
  const values = Object.fromEntries([...asked].map(([name, value]) => [name, [value]]));
  return { intent: "", of: "filter", values, problems, problem };
}

export default define.page<typeof handler>(({ data, url }) => {
  const { asked, form, workspaces, board, isCounting, now } = data;
  if (workspaces.length === 0) {
    return (
      <>
        <PageHeader title="Analytics" />
        <NoWorkspace />
      </>
    );
  }
  const sentences = [form.problem, ...Object.values(form.problems)].filter((one) => one !== null);
  return (
    <>
      <PageHeader
        title="Analytics"
        lead="Who called what, how often, how it ended, how long it took."
      >
        {board !== null && board.report.total.calls > 0 && (
          <a class="button plain" href={analyticsPath(asked, { format: "csv" })}>
            All rows as CSV
          </a>
        )}
      </PageHeader>
      <div class="analytics-question">
        <PeriodLinks asked={asked} />
        <AnalyticsFilters form={form} workspaces={workspaces} board={board} />
        <FilterChips url={url} names={FILTERS} />
      </div>
      {form.problem !== null && <p class="problem" role="alert">{form.problem}</p>}
      {form.problem === null && sentences.length > 0 && (
        <p class="problem" role="alert">Nothing was counted: see what is marked above.</p>
      )}
      {board === null && isCounting && (
        <section class="card" id="report">
          <BeingCounted />
        </section>
      )}
      {board !== null && (
        <AnalyticsBoard board={board} asked={asked} isOld={isCounting} now={now} />
      )}
    </>
  );
});

function NoWorkspace() {
  return (
    <Card id="empty" title="Nothing to count yet">
      <EmptyState
        title="Calls are made through a workspace"
        action={{ title: "Add a workspace", path: "/add/workspace" }}
      >
        <p>Create one, install servers in it, and give a person a token to it.</p>
      </EmptyState>
    </Card>
  );
}
