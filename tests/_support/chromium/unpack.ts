/**
 * Unpacks the Chromium that comes as an npm package, and prints where it lies.
 *
 * It has a configuration and a lock file of its own: in those of the app, everybody who starts
 * the gateway would download a browser.
 */
import { tmpdir } from "node:os";
import { join } from "node:path";
import chromium from "@sparticuz/chromium";

// Of several tests that need it at once, one unpacks and the others wait.
using lock = await Deno.open(join(tmpdir(), "chromium.lock"), { create: true, write: true });
await lock.lock(true);

console.log(await chromium.executablePath());
