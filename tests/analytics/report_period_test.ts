import assert from "node:assert/strict";
import type { ReportQuestion } from "../../core/analytics/report.ts";
import { checkReportPeriod, readReportPeriod } from "../../core/analytics/report_period.ts";
import { TimeZone } from "../../core/analytics/time_zone.ts";

const NOW = new Date("2026-11-22T09:30:15.250Z");
const AFTER_NOW = "2026-11-22T09:30:15.251Z";
const KEPT_90_DAYS = new Date("2026-08-24T09:30:15.250Z");

type Asked = Pick<ReportQuestion, "period" | "from" | "to" | "timeZone">;

/** The period as texts. */
function read({ timeZone, ...asked }: Asked, keptFrom = KEPT_90_DAYS): [string, string] {
  const { from, to } = readReportPeriod(asked, {
    zone: new TimeZone(timeZone),
    now: NOW,
    keptFrom,
  });
  return [from.toISOString(), to.toISOString()];
}

Deno.test("a period of days is whole days, today the last of them", () => {
  assert.deepEqual(read({ period: "1d" }), ["2026-11-22T00:00:00.000Z", AFTER_NOW]);
  assert.deepEqual(read({ period: "7d" }), ["2026-11-16T00:00:00.000Z", AFTER_NOW]);
  assert.deepEqual(read({ period: "2w" }), ["2026-11-09T00:00:00.000Z", AFTER_NOW]);
  assert.deepEqual(read({ period: "90d" }), ["2026-08-25T00:00:00.000Z", AFTER_NOW]);
});

Deno.test("a period of days is one of the time zone's days, over a change of its clocks, too", () => {
  const berlin = { timeZone: "Europe/Berlin" };

  assert.deepEqual(read({ period: "1d", ...berlin })[0], "2026-11-21T23:00:00.000Z");
  assert.deepEqual(read({ period: "30d", ...berlin })[0], "2026-10-23T22:00:00.000Z");
  assert.deepEqual(
    read({ period: "1d", timeZone: "Pacific/Kiritimati" })[0],
    "2026-11-21T10:00:00.000Z",
  );
  assert.deepEqual(read({ from: "2026-10-25", to: "2026-10-25", ...berlin }), [
    "2026-10-24T22:00:00.000Z",
    "2026-10-25T23:00:00.000Z",
  ]);
});

Deno.test("a period of hours begins at a full hour, one of minutes at the moment", () => {
  assert.deepEqual(read({ period: "1h" }), ["2026-11-22T08:00:00.000Z", AFTER_NOW]);
  assert.deepEqual(read({ period: "24h" }), ["2026-11-21T09:00:00.000Z", AFTER_NOW]);
  assert.deepEqual(read({ period: "30m" }), ["2026-11-22T09:00:15.250Z", AFTER_NOW]);
});

Deno.test("without a period it is seven days, or as many as are kept", () => {
  const keptFor = (days: number) => new Date(NOW.getTime() - days * 86_400_000);

  assert.equal(read({})[0], "2026-11-16T00:00:00.000Z");
  assert.equal(read({}, keptFor(3))[0], "2026-11-20T00:00:00.000Z");
  assert.equal(read({}, keptFor(1))[0], "2026-11-22T00:00:00.000Z");
});

Deno.test("from and to are exact, and a date alone is all of its day", () => {
  assert.deepEqual(read({ from: "2026-11-20" }), ["2026-11-20T00:00:00.000Z", AFTER_NOW]);
  assert.deepEqual(read({ from: "2026-11-20", to: "2026-11-20" }), [
    "2026-11-20T00:00:00.000Z",
    "2026-11-21T00:00:00.000Z",
  ]);
  assert.deepEqual(read({ from: "2026-11-20T10:00:00.123Z", to: "2026-11-20T11:30+01:00" }), [
    "2026-11-20T10:00:00.123Z",
    "2026-11-20T10:30:00.000Z",
  ]);
  // What a plus sign becomes in an address.
  assert.equal(read({ from: "2026-11-20T10:00 01:00" })[0], "2026-11-20T09:00:00.000Z");
});

Deno.test("today ends now, and what is kept in part is shown as far as it is", () => {
  assert.deepEqual(read({ from: "2026-11-22", to: "2026-11-22" })[1], AFTER_NOW);
  assert.deepEqual(read({ from: "2026-08-24" })[0], KEPT_90_DAYS.toISOString());
  assert.deepEqual(read({ period: "2160h" })[0], KEPT_90_DAYS.toISOString());
});

Deno.test("a wrong period is refused with its field, its value and what to do", () => {
  const wrong: [Asked, string, RegExp][] = [
    [{ period: "7x" }, "period", /"7x" is not one.*such as 24h, 7d/],
    [{ period: "0d" }, "period", /"0d"/],
    [{ period: "1.5h" }, "period", /"1\.5h"/],
    [{ period: " 7d" }, "period", /7d/],
    [{ period: "91d" }, "period", /kept here, which is 90 days; ask for at most 90d/],
    [{ period: "9999999w" }, "period", /90d/],
    [{ period: "7d", from: "2026-11-20" }, "period", /leave one out/],
    [{ to: "2026-11-20" }, "from", /missing/],
    [{ from: "20.11.2026" }, "from", /"20\.11\.2026".*a date such as/],
    [{ from: "2026-02-30" }, "from", /"2026-02-30"/],
    [{ from: "2026-11-20T10:00" }, "from", /2026-11-22T09:30:00Z/],
    [{ from: "2026-11-20T24:00Z" }, "from", /T24/],
    [{ from: "2026-11-20T10:61Z" }, "from", /61/],
    [{ from: "2026-11-31T10:00Z" }, "from", /31T/],
    [{ from: "2026-11-23" }, "from", /in the future/],
    [{ from: "2026-11-22T09:30:15.251Z" }, "from", /in the future/],
    [{ from: "2026-11-20", to: "2026-11-23" }, "to", /in the future.*leave it out/],
    [{ from: "2026-11-20", to: "2026-11-22T09:31Z" }, "to", /in the future/],
    [{ from: "2026-11-20", to: "2026-11-19" }, "to", /"2026-11-19", which is not after "from"/],
    [{ from: "2026-11-20T10:00Z", to: "2026-11-20T10:00Z" }, "to", /not after/],
    [{ from: "2026-08-22" }, "from", /kept from 2026-08-24 on/],
    [{ from: "2026-08-24", to: "2026-08-24T09:30:15Z" }, "to", /not after/],
  ];

  for (const [asked, field, sentence] of wrong) {
    assert.throws(
      () => read(asked),
      { code: "invalid_input", field, message: sentence },
      JSON.stringify(asked),
    );
  }
});

Deno.test("checkReportPeriod() takes what a report takes", () => {
  for (const text of ["30m", "24h", "7d", "2w"]) checkReportPeriod(text);
  for (const text of ["7", "d", "-7d", "7D"]) assert.throws(() => checkReportPeriod(text));
});
