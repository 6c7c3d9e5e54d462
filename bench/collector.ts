/** Takes what is exported to it, and does nothing with it. */
const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
  await request.bytes();
  return new Response(null);
});

console.log(`ready on http://127.0.0.1:${server.addr.port}`);
