import assert from "node:assert/strict";
import { launch } from "../_support/browser.ts";
import { serveFixture } from "../_support/fixture_app.ts";

/** The browser and esbuild are processes of their own, which end after the test. */
const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

Deno.test("islands in a browser", OPTIONS, async (t) => {
  await using site = await serveFixture();
  await using browser = await launch();

  await t.step("an island answers a click", async () => {
    const { errors, page } = await browser.open(`${site.url}/local`);
    const button = page.locator("#local");
    await page.getByText("browser 0").waitFor();

    await button.click();
    await button.click();

    await page.getByText("browser 2").waitFor();
    assert.deepEqual(errors, []);
  });

  await t.step("two islands share the signal that both were passed", async () => {
    const { errors, page } = await browser.open(`${site.url}/counter`);

    await page.locator("#counter").click();

    await page.getByText("counter: 3").waitFor();
    assert.equal(await page.locator("#twin").textContent(), "3");
    assert.deepEqual(errors, []);
  });

  await t.step("what a page passes to an island stays, with islands of its own in it", async () => {
    const { errors, page } = await browser.open(`${site.url}/counter`);

    await page.locator("#inner").click();

    await page.getByText("inner: 11").waitFor();
    assert.equal(await page.locator("#slot > #passed").textContent(), "passed from the page");
    assert.equal(await page.locator("#twin").textContent(), "1");
    assert.deepEqual(errors, []);
  });

  await t.step("what an island did not show at first is there when it wants it", async () => {
    const { errors, page } = await browser.open(`${site.url}/counter`);
    assert.equal(await page.locator("#aside").count(), 0);

    await page.locator("#open").click();

    await page.locator("#aside > em").waitFor();
    assert.equal(await page.locator("#aside").textContent(), "aside");
    assert.equal(await page.locator("#aside input").isDisabled(), true);
    assert.equal(await page.locator("#passed").count(), 1);
    assert.deepEqual(errors, []);
  });

  await t.step("props of every kind arrive as what they were", async () => {
    const { errors, page } = await browser.open(`${site.url}/facts`);
    const facts = page.locator("#facts", { hasText: "|" });
    await facts.waitFor();

    assert.equal(
      await facts.textContent(),
      [
        "1970-01-01T00:00:00.000Z",
        "example.com",
        "1",
        "true",
        "1-2-3",
        "9007199254740994",
        "true",
        "[1,null]",
        "</script><!-- \u2028",
      ].join("|"),
    );
    assert.deepEqual(errors, []);
  });
});
