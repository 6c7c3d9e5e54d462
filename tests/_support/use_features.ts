import { type Feature, FEATURES, type Meeting, type Ruling } from "./features.ts";

/** What became of one feature between one client and one server. */
export type Mark = "yes" | "no" | Ruling;

/** Tries one feature after the other, each in a step of its own, and keeps a mark for each. */
export async function useFeatures(
  t: Deno.TestContext,
  meeting: Meeting,
  { features = FEATURES, marks = new Map<Feature, Mark>() } = {},
): Promise<void> {
  for (const feature of features) {
    const ruling = feature.ruledOut(meeting.clientKind, meeting.serverKind);
    const check = ruling === null ? feature : refusalOf(feature, meeting);
    if (check === undefined) {
      marks.set(feature, ruling ?? "no");
      continue;
    }

    const title = ruling === null ? feature.title : `no ${feature.title}`;
    const isGood = await t.step(title, () => check.check(meeting));
    marks.set(feature, isGood ? ruling ?? "yes" : "no");
  }
}

function refusalOf({ refusal }: Feature, { serverKind }: Meeting): Feature["refusal"] {
  return refusal !== undefined && serverKind.version >= refusal.since ? refusal : undefined;
}
