import assert from "node:assert/strict";
import { Bodies, BodyError } from "./bodies.ts";

function post(body: ReadableStream<Uint8Array> | string, headers: HeadersInit = {}): Request {
  return new Request("http://x/", { method: "POST", body, headers });
}

/** A body that sends what it is told to. */
function slowBody(): { readonly request: Request; readonly send: (octets: number) => void } {
  let send: (octets: number) => void = () => undefined;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      send = (octets) => controller.enqueue(new Uint8Array(octets));
    },
  });
  return { request: post(body), send };
}

const codeOf = (error: unknown) => error instanceof BodyError ? error.code : error;
const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

Deno.test("T13: Bodies reads a body of its limit, and refuses a longer one, said or not", async () => {
  const bodies = new Bodies({ most: 10 });
  const body = await bodies.read(post("0123456789"));
  assert.equal(body.text(), "0123456789");
  assert.equal(bodies.held, 10);
  body.release();
  body.release();
  const said = post("", { "content-length": "11" });
  const unsaid = post(ReadableStream.from([new Uint8Array(6), new Uint8Array(6)]));
  for (const request of [said, unsaid]) {
    assert.equal(codeOf(await bodies.read(request).catch((error) => error)), 413);
  }
  assert.equal(bodies.held, 0);
});

Deno.test("T13: of too many octets together Bodies drops the body that is read for longest", async () => {
  const bodies = new Bodies({ most: 100, together: 150 });
  const [slow, second] = [slowBody(), slowBody()];
  const first = bodies.read(slow.request).then((body) => body, codeOf);
  slow.send(80);
  await turn();
  const later = bodies.read(second.request).then((body) => body, codeOf);
  second.send(80);
  await turn();
  assert.equal(await first, 503);
  assert.equal(bodies.held, 80);
  const quick = await bodies.read(post("x".repeat(70)));
  assert.equal(bodies.held, 150);
  quick.release();
  second.send(30);
  assert.equal(await later, 413);
  assert.equal(bodies.held, 0);
});

Deno.test("T13: Bodies tells that a body broke off, and holds nothing of it", async () => {
  const bodies = new Bodies();
  const broken = new ReadableStream<Uint8Array>({
    start: (controller) => controller.error(new Error("The connection is gone")),
  });
  assert.equal(codeOf(await bodies.read(post(broken)).catch((error) => error)), 400);
  assert.equal(bodies.held, 0);
});

Deno.test("Bodies reads no body as an empty one", async () => {
  const body = await new Bodies().read(new Request("http://x/"));
  assert.equal(body.text(), "");
});
