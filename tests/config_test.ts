import assert from "node:assert/strict";
import { readConfig } from "../core/config.ts";

Deno.test("readConfig() reads the ports that servers may have", () => {
  const portsOf = (value: string) => readConfig({ AEROSTACK_UPSTREAM_PORTS: value }).upstreamPorts;

  assert.deepEqual(portsOf("443"), [443]);
  assert.deepEqual(portsOf(" 443, 8443 "), [443, 8443]);
  assert.equal(portsOf(""), null);
  assert.equal(readConfig({}).upstreamPorts, null);
  for (const wrong of ["https", "443,", "0", "65536", "443;8443", "-1", "4.5", "1e3"]) {
    assert.throws(() => portsOf(wrong), {
      name: "ConfigError",
      message: new RegExp(`^AEROSTACK_UPSTREAM_PORTS is "${wrong}"; set it to ports from 1`),
    });
  }
});

Deno.test("readConfig() sees that a proxy is set for what goes out", () => {
  const proxyOf = (env: Record<string, string>) => readConfig(env).outgoingProxy;

  assert.equal(proxyOf({ HTTPS_PROXY: "http://proxy.example.com:3128" }), "HTTPS_PROXY");
  assert.equal(proxyOf({ all_proxy: "socks5://proxy.example.com" }), "all_proxy");
  assert.equal(proxyOf({ HTTP_PROXY: "http://proxy.example.com", HTTPS_PROXY: "" }), null);
});
