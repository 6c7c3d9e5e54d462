import type { Board } from "../analytics/read_board.ts";
import type { ServerBoard } from "../analytics/read_server_board.ts";
import { RecentAnswers } from "../recent_answers.ts";
import type { HourCount, Tops } from "./overview.ts";

/** What was counted a moment ago, where counting takes longer than a page may. */
export interface RecentReports {
  recentBoards: RecentAnswers<Board>;
  recentTops: RecentAnswers<Tops>;
  recentHours: RecentAnswers<HourCount[]>;
  recentServerBoards: RecentAnswers<ServerBoard>;
  /** Resolves when nothing is being counted. */
  recentReportsSettled(): Promise<void>;
  /** Counts nothing more. */
  closeRecentReports(): void;
}

/** Nothing was counted yet. */
export function createRecentReports(
  deps: ConstructorParameters<typeof RecentAnswers>[0],
): RecentReports {
  const reports = {
    recentBoards: new RecentAnswers<Board>(deps),
    recentTops: new RecentAnswers<Tops>(deps),
    recentHours: new RecentAnswers<HourCount[]>(deps),
    recentServerBoards: new RecentAnswers<ServerBoard>(deps),
  };
  return {
    ...reports,
    async recentReportsSettled() {
      await Promise.all(Object.values(reports).map((answers) => answers.settled()));
    },
    closeRecentReports: () => Object.values(reports).forEach((answers) => answers.close()),
  };
}
