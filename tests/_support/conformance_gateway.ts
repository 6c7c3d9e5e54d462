import { freePort } from "./child_process.ts";
import { type FixtureEras, startConformanceFixture } from "./conformance_fixture.ts";
import { startForwarder } from "./conformance_forwarder.ts";
import { openWorkspace, type RunningGateway, startGateway } from "./gateway.ts";

/** A gateway before our fixture, as a client without a place for a token sees it. */
export interface ConformanceGateway extends AsyncDisposable {
  readonly gateway: RunningGateway;
  /** The address at which the fixture of these eras is alone, under its own names. */
  urlOf(eras: FixtureEras): string;
}

/** Starts the fixture in these forms, a gateway with all of them, and a door that adds the token. */
export async function startConformanceGateway(
  ...eras: readonly FixtureEras[]
): Promise<ConformanceGateway> {
  await using stack = new AsyncDisposableStack();
  const port = freePort();
  const forwarder = stack.use(startForwarder(port));
  const gateway = stack.use(
    await startGateway({
      env: { PORT: String(port), AEROSTACK_PUBLIC_URL: forwarder.origin },
    }),
  );
  const fixtures = eras.map((which) => [which, stack.use(startConformanceFixture(which))] as const);
  const { token } = await openWorkspace(gateway, Object.fromEntries(fixtures));
  forwarder.bearer = token;

  const running = stack.move();
  return {
    gateway,
    urlOf: (which) => `${forwarder.origin}/ws/team/servers/${which}/sse`,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
