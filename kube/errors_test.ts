import assert from "node:assert/strict";
import {
  ApiError,
  isAlreadyExists,
  isConflict,
  isGone,
  isNotFound,
  reasonOf,
  statusOf,
  toApiError,
} from "./errors.ts";

const REQUEST = { method: "PUT", path: "/apis/g/v1/namespaces/default/ippools/net-48" };

Deno.test("ApiError names the request, the status, the reason and what the server said", () => {
  const error = new ApiError(
    { code: 422, reason: "Invalid", message: "spec.cidr: Invalid value" },
    REQUEST,
  );
  assert.equal(
    error.message,
    "Cannot PUT /apis/g/v1/namespaces/default/ippools/net-48: 422 Invalid: spec.cidr: Invalid value",
  );
  assert.deepEqual([error.status, error.reason, error.serverMessage], [
    422,
    "Invalid",
    "spec.cidr: Invalid value",
  ]);
});

Deno.test("ApiError does without a reason, a message or details", () => {
  const error = new ApiError({ code: 503 }, REQUEST);
  assert.equal(error.message, "Cannot PUT /apis/g/v1/namespaces/default/ippools/net-48: 503");
  assert.deepEqual(error.causes, []);
});

Deno.test("ApiError gives the bad fields", () => {
  const causes = [{ reason: "FieldValueInvalid", message: "bad", field: "spec.ipv4Config.cidr" }];
  assert.deepEqual(new ApiError({ code: 422, details: { causes } }, REQUEST).causes, causes);
});

const KINDS: readonly (readonly [string, number, string, (error: unknown) => boolean])[] = [
  ["isNotFound", 404, "NotFound", isNotFound],
  ["isConflict", 409, "Conflict", isConflict],
  ["isAlreadyExists", 409, "AlreadyExists", isAlreadyExists],
  ["isGone", 410, "Expired", isGone],
];
for (const [name, code, reason, is] of KINDS) {
  Deno.test(`${name} knows ${code} ${reason} of our own and of foreign clients, and nothing else`, () => {
    const own = new ApiError({ code, reason }, REQUEST);
    const foreign = Object.assign(new Error("x"), {
      httpCode: code,
      status: { kind: "Status", code, reason },
    });
    assert.deepEqual([is(own), is(foreign), is(toApiError(foreign, REQUEST))], [true, true, true]);
    for (const [, otherCode, otherReason] of KINDS.filter((row) => row[3] !== is)) {
      assert.equal(
        is(new ApiError({ code: otherCode, reason: otherReason }, REQUEST)),
        false,
        otherReason,
      );
    }
    for (const nothing of [new Error("x"), undefined, null, "404", 404]) {
      assert.equal(is(nothing), false);
    }
  });
}

Deno.test("toApiError understands an error with a numeric status and a reason", () => {
  const foreign = Object.assign(new Error("gone"), { status: 410, reason: "Expired" });
  assert.deepEqual([statusOf(foreign), reasonOf(foreign)], [410, "Expired"]);
  const error = toApiError(foreign, REQUEST);
  assert.ok(error instanceof ApiError);
  assert.deepEqual([error.status, error.reason, error.serverMessage, error.cause], [
    410,
    "Expired",
    "gone",
    foreign,
  ]);
});

Deno.test("toApiError takes 400 for a refusal, and a Status without a code for none", () => {
  const refused = Object.assign(new Error("bad"), { status: 400 });
  assert.ok(toApiError(refused, REQUEST) instanceof ApiError);
  const unclear = Object.assign(new Error("x"), { status: { kind: "Status", reason: "Expired" } });
  assert.equal(toApiError(unclear, REQUEST), unclear);
  assert.equal(reasonOf(unclear), "Expired");
  const bare = Object.assign(new Error("x"), { status: { code: 410, reason: "Expired" } });
  assert.deepEqual([statusOf(bare), reasonOf(bare)], [410, "Expired"]);
});

Deno.test("toApiError keeps the bad fields of a foreign client's Status", () => {
  const status = {
    kind: "Status",
    code: 422,
    message: "bad",
    details: { causes: [{ field: "spec" }] },
  };
  const error = toApiError(Object.assign(new Error("x"), { httpCode: 422, status }), REQUEST);
  assert.ok(error instanceof ApiError);
  assert.deepEqual([error.serverMessage, error.causes], ["bad", [{ field: "spec" }]]);
});

Deno.test("toApiError leaves every other error as it is", () => {
  const own = new ApiError({ code: 404 }, REQUEST);
  const network = new TypeError("connection refused");
  const odd = Object.assign(new Error("x"), { status: 200 });
  for (const error of [own, network, odd, "text"]) assert.equal(toApiError(error, REQUEST), error);
});
