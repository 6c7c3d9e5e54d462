// The gateway's endpoints alone, on the store at the given path, in a process of its own. With
// `--without-log` the record of a call is on nobody's record, and costs nothing.
import { bareServices } from "./bare_services.ts";

const [path, option] = Deno.args;
const services = await bareServices(path);
if (option === "--without-log") services.callLog.record = () => Promise.resolve();

const pattern = new URLPattern({ pathname: "/ws/:slug/sse" });
const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
  const slug = pattern.exec(request.url)?.pathname.groups.slug ?? "";
  return services.gateway.handle(request, slug);
});
services.boundTo(server.addr.port);
console.log(`ready on http://127.0.0.1:${server.addr.port}`);

Deno.addSignalListener("SIGTERM", async () => {
  await server.shutdown();
  await services.close();
  Deno.exit(0);
});
