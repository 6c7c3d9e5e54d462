import assert from "node:assert/strict";
import { addDays, TimeZone } from "../../core/analytics/time_zone.ts";

const HOUR_MS = 60 * 60 * 1000;

/** Also zones that change their clocks at midnight, by half an hour, or far from Greenwich. */
const ZONES = [
  "UTC",
  "Europe/Berlin",
  "America/New_York",
  "America/Havana",
  "America/Santiago",
  "Africa/Cairo",
  "Asia/Beirut",
  "Asia/Kolkata",
  "Asia/Kathmandu",
  "Australia/Lord_Howe",
  "Pacific/Kiritimati",
  "Pacific/Pago_Pago",
];

Deno.test("TimeZone.startOfDay() gives the first moment of every day of a year, everywhere", () => {
  for (const name of ZONES) {
    const zone = new TimeZone(name);
    for (let day = "2026-10-01"; day < "2027-10-02"; day = addDays(day, 1)) {
      const start = zone.startOfDay(day);
      assert.equal(zone.dayOf(start), day, `${name} ${day}`);
      assert.equal(zone.dayOf(new Date(start.getTime() - 1)), addDays(day, -1), `${name} ${day}`);
    }
  }
});

Deno.test("TimeZone knows days of 23 and of 25 hours", () => {
  const hoursOf = (name: string, day: string) => {
    const zone = new TimeZone(name);
    return (zone.startOfDay(addDays(day, 1)).getTime() - zone.startOfDay(day).getTime()) / HOUR_MS;
  };

  assert.equal(hoursOf("Europe/Berlin", "2026-10-24"), 24);
  assert.equal(hoursOf("Europe/Berlin", "2026-10-25"), 25);
  assert.equal(hoursOf("Europe/Berlin", "2027-03-28"), 23);
  assert.equal(hoursOf("America/New_York", "2026-11-01"), 25);
  assert.equal(hoursOf("America/New_York", "2027-03-14"), 23);
  // Its clocks go from 0:00 to 1:00.
  assert.equal(hoursOf("America/Havana", "2027-03-14"), 23);
  assert.equal(
    new TimeZone("America/Havana").startOfDay("2027-03-14").toISOString(),
    "2027-03-14T05:00:00.000Z",
  );
});

Deno.test("TimeZone.localHour() tells the two hours apart that clocks show twice", () => {
  const berlin = new TimeZone("Europe/Berlin");
  const hour = (text: string, zone = berlin) => zone.localHour(new Date(text));

  assert.equal(hour("2026-10-25T00:00:00Z"), "2026-10-25T02:00+02:00");
  assert.equal(hour("2026-10-25T01:00:00Z"), "2026-10-25T02:00+01:00");
  assert.equal(
    hour("2026-10-25T01:00:00Z", new TimeZone("Asia/Kolkata")),
    "2026-10-25T06:30+05:30",
  );
  assert.equal(
    hour("2026-10-25T01:00:00Z", new TimeZone("America/St_Johns")),
    "2026-10-24T22:30-02:30",
  );
  assert.equal(hour("2026-10-25T01:00:00Z", new TimeZone()), "2026-10-25T01:00Z");
});

Deno.test("TimeZone refuses a name that no table has", () => {
  for (const name of ["Mars/Olympus", "", "Europe/Berlin ", "EST5EDT6"]) {
    assert.throws(() => new TimeZone(name), { code: "invalid_input", field: "timeZone" }, name);
  }
});
