/**
 * Traces, told to a collector that the test is.
 *
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";

/** A span as OTLP/HTTP tells it in JSON. Source: OpenTelemetry protocol, "JSON Protobuf Encoding". */
interface OtlpSpan {
  readonly traceId: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly {
    readonly key: string;
    readonly value: { readonly stringValue?: string };
  }[];
}

/** Runs the program; answers what it said and the spans of ours that it told. */
async function run(
  env: Readonly<Record<string, string>>,
): Promise<{ readonly said: string; readonly spans: readonly OtlpSpan[]; readonly asked: number }> {
  const spans: OtlpSpan[] = [];
  let asked = 0;
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => undefined },
    async (request) => {
      asked++;
      const { resourceSpans = [] } = await request.json();
      for (const { scopeSpans } of resourceSpans) {
        for (const { scope, spans: told } of scopeSpans) {
          if (scope.name === "vm-dhcp") spans.push(...told);
        }
      }
      return Response.json({});
    },
  );
  const program = new URL("program.ts", import.meta.url).pathname;
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    // It needs no right for it: Deno sends what it has gathered by itself.
    args: ["run", "--no-check", "--no-prompt", "--allow-env=LOG_TOKENS,LOG_STREAM", program],
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${server.addr.port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      ...env,
    },
    stdout: "piped",
    stderr: "piped",
  }).output();
  await server.shutdown();
  const [said = "", complaint] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  ok(success, complaint);
  return { said: said.trim(), spans, asked };
}

Deno.test("a new VM's way to its address is one trace, from being seen to the first ACK, told by controller and agent", async () => {
  const { said, spans } = await run({ OTEL_DENO: "true" });
  match(said, /^on 192\.168\.48\.\d+$/);
  const address = said.slice("on ".length);
  deepStrictEqual(spans.map(({ name }) => name), [
    "VM seen",
    "address planned",
    "record written",
    "lease served",
    "first ACK",
  ]);
  strictEqual(new Set(spans.map(({ traceId }) => traceId)).size, 1);
  match(spans[0]?.traceId ?? "", /^[0-9a-f]{32}$/);
  for (const { name, attributes, startTimeUnixNano, endTimeUnixNano } of spans) {
    const said = Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue]));
    deepStrictEqual({ ...said, vm: undefined }, {
      pool: "default/net-48",
      macAddress: "52:54:00:00:00:01",
      address,
      vm: undefined,
    }, name);
    ok(BigInt(endTimeUnixNano) >= BigInt(startTimeUnixNano), name);
  }
  const [seen, planned, written] = spans;
  strictEqual(seen?.endTimeUnixNano, planned?.startTimeUnixNano);
  strictEqual(planned?.endTimeUnixNano, written?.startTimeUnixNano);
});

Deno.test("nothing is traced where it is not switched on", async () => {
  const { said, spans, asked } = await run({});
  match(said, /^off 192\.168\.48\.\d+$/);
  deepStrictEqual({ spans, asked }, { spans: [], asked: 0 });
});
