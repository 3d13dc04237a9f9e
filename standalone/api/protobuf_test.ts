import { deepStrictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { decodeProtobuf } from "./protobuf.ts";
import { StatusError } from "./status_error.ts";

/** What `kubectl create namespace team` sends. */
// deno-fmt-ignore
const NAMESPACE = new Uint8Array([
  0x6b, 0x38, 0x73, 0x00, // k8s\0
  0x0a, 0x0f, // typeMeta, 15 bytes
  0x0a, 0x02, 0x76, 0x31, // apiVersion v1
  0x12, 0x09, 0x4e, 0x61, 0x6d, 0x65, 0x73, 0x70, 0x61, 0x63, 0x65, // kind Namespace
  0x12, 0x1a, // raw, 26 bytes
  0x0a, 0x14, // metadata, 20 bytes
  0x0a, 0x04, 0x74, 0x65, 0x61, 0x6d, // name team
  0x42, 0x00, // creationTimestamp: none
  0x5a, 0x0a, 0x0a, 0x01, 0x61, 0x12, 0x05, 0x62, 0x2f, 0x63, 0x2d, 0x64, // labels a = b/c-d
  0x12, 0x00, // spec
  0x1a, 0x00, // status
  0x1a, 0x00, // contentEncoding
  0x22, 0x00, // contentType
]);

Deno.test("decodeProtobuf reads a Namespace", () => {
  deepStrictEqual(decodeProtobuf(NAMESPACE), {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: "team", creationTimestamp: null, labels: { a: "b/c-d" } },
    spec: {},
    status: {},
  });
});

Deno.test("decodeProtobuf refuses a kind that it does not know with a 415", () => {
  const pod = NAMESPACE.slice();
  pod[12] = 0x50;
  throws(() => decodeProtobuf(pod), (error: StatusError) => error.httpCode === 415);
});

Deno.test("decodeProtobuf throws nothing but its own errors for any bytes", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), fc.boolean(), (bytes, prefixed) => {
    try {
      decodeProtobuf(prefixed ? new Uint8Array([...NAMESPACE.slice(0, 21), ...bytes]) : bytes);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
    }
  }));
});
