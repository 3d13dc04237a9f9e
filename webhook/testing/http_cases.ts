/**
 * Cases of HTTP and of reviews that are none.
 *
 * @module
 */
import { type Case, raw, review, reviewAnswer, statusObject } from "./cases.ts";
import { MAX_BODY_BYTES, pool } from "./objects.ts";

const failed = (code: number, reason: string, message: string) => ({
  status: code,
  body: statusObject({ code, reason, message }),
});
const refused = (message: string) =>
  reviewAnswer({
    uid: "7",
    allowed: false,
    status: statusObject({ code: 400, reason: "BadRequest", message }),
  });
/** A review that lacks what it is about; an API server always sends it. */
const missing = (operation: string, field: string) => ({
  allowed: false,
  status: {
    code: 400,
    reason: "BadRequest",
    message: `Cannot read the AdmissionReview: ${operation} without request.${field}`,
  },
});
const text = (value: unknown) => ({ body: JSON.stringify(value) });
const aReview = { apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview" };

/** The cases. */
export const HTTP_CASES: readonly Case[] = [
  raw("healthz is 200", { method: "GET", path: "/healthz" }, {
    body: { alive: true, reasons: [] },
  }),
  raw("readyz is 200 when nothing is missing", { method: "GET", path: "/readyz" }, {
    body: { ready: true, reasons: [] },
  }),
  raw(
    "HEAD asks as GET does, and is answered without a body",
    { method: "HEAD", path: "/readyz" },
    {},
  ),
  raw(
    "an unknown page is 404",
    { method: "GET", path: "/metrics" },
    failed(404, "NotFound", "No such page: /metrics"),
  ),
  ...["/healthz", "/readyz"].map((path) =>
    raw(`POST ${path} is 405`, { path, body: "{}" }, {
      ...failed(405, "MethodNotAllowed", `Cannot POST ${path}`),
      allow: "GET, HEAD",
    })
  ),
  raw("a page is not another with more behind it", { path: "/validate/more", body: "{}" }, {
    ...failed(404, "NotFound", "No such page: /validate/more"),
  }),
  raw("the query of a page does not matter", { path: "/validate?timeout=5s", body: "{" }, {
    ...failed(400, "BadRequest", "Cannot read the body: it is no JSON"),
  }),
  raw("a review by GET is 405", { method: "GET" }, {
    ...failed(405, "MethodNotAllowed", "Cannot GET /validate"),
    allow: "POST",
  }),
  raw("no content type is 415", { headers: {}, body: "{}" }, {
    ...failed(
      415,
      "UnsupportedMediaType",
      'Cannot read a body that is not application/json: "text/plain;charset=UTF-8"',
    ),
  }),
  raw("a content type that only begins so is 415", {
    headers: { "content-type": "application/jsonp" },
    body: "{}",
  }, {
    ...failed(
      415,
      "UnsupportedMediaType",
      'Cannot read a body that is not application/json: "application/jsonp"',
    ),
  }),
  raw("another content type is 415", { headers: { "content-type": "text/plain" }, body: "{}" }, {
    ...failed(
      415,
      "UnsupportedMediaType",
      'Cannot read a body that is not application/json: "text/plain"',
    ),
  }),
  raw("a content type with a charset is read", {
    headers: { "content-type": "application/json; charset=utf-8" },
    ...text({ ...aReview, request: { uid: "7", operation: "FLY" } }),
  }, refused('Cannot read the AdmissionReview: unknown operation: "FLY"')),
  raw(
    "a body of just the limit is read",
    { body: "{}".padEnd(MAX_BODY_BYTES) },
    failed(400, "BadRequest", "Cannot read the AdmissionReview: its kind is undefined"),
  ),
  raw(
    "a body over the limit is 413",
    { body: "{}".padEnd(MAX_BODY_BYTES + 1) },
    failed(413, "RequestEntityTooLarge", `Cannot read a body of more than ${MAX_BODY_BYTES} bytes`),
  ),
  raw(
    "a body that is no JSON is 400",
    { body: "{" },
    failed(400, "BadRequest", "Cannot read the body: it is no JSON"),
  ),
  raw(
    "an empty body is 400",
    { body: "" },
    failed(400, "BadRequest", "Cannot read the body: it is no JSON"),
  ),
  raw(
    "JSON that is no object is 400",
    text([]),
    failed(400, "BadRequest", "Cannot read the AdmissionReview: it is no object"),
  ),
  raw(
    "another kind without a uid is 400",
    text({ kind: "Pod" }),
    failed(400, "BadRequest", 'Cannot read the AdmissionReview: its kind is "Pod"'),
  ),
  raw(
    "a review without a request is 400",
    text(aReview),
    failed(400, "BadRequest", "Cannot read the AdmissionReview: it has no request"),
  ),
  ...[{}, { uid: "" }, { uid: 7 }].map((request) =>
    raw(
      `a review whose request has no uid is 400: ${JSON.stringify(request)}`,
      text({ ...aReview, request: { ...request, operation: "CREATE" } }),
      failed(400, "BadRequest", "Cannot read the AdmissionReview: its request has no uid"),
    )
  ),
  raw(
    "a request that is a list is 400",
    text({ ...aReview, request: [] }),
    failed(400, "BadRequest", "Cannot read the AdmissionReview: it has no request"),
  ),
  raw(
    "an old object without metadata is refused, its uid echoed",
    text({
      ...aReview,
      request: { uid: "7", operation: "UPDATE", object: { metadata: {} }, oldObject: {} },
    }),
    refused("Cannot read the AdmissionReview: request.oldObject is no object with metadata"),
  ),
  raw(
    "an old version is refused, its uid echoed",
    text({ ...aReview, apiVersion: "admission.k8s.io/v1beta1", request: { uid: "7" } }),
    refused(
      'Cannot read the AdmissionReview: admission.k8s.io/v1 is wanted: "admission.k8s.io/v1beta1"',
    ),
  ),
  raw(
    "an object that is none is refused, its uid echoed",
    text({ ...aReview, request: { uid: "7", operation: "CREATE", object: "IPPool" } }),
    refused("Cannot read the AdmissionReview: request.object is no object with metadata"),
  ),
  ...Object.entries({
    name: "text",
    namespace: "text",
    uid: "text",
    creationTimestamp: "text",
    deletionTimestamp: "text",
    finalizers: "list of texts",
    labels: "map of texts",
    annotations: "map of texts",
  }).map(([field, what]) =>
    raw(
      `an object whose ${field} is no ${what} is refused, its uid echoed`,
      text({
        ...aReview,
        request: {
          uid: "7",
          operation: "CREATE",
          object: { metadata: { [field]: { toString: false } } },
        },
      }),
      refused(
        `Cannot read the AdmissionReview: request.object.metadata.${field} is no ${what}: {"toString":false}`,
      ),
    )
  ),
  ...["/validate", "/mutate"].map((path) =>
    review(`an unknown kind is refused by ${path}`, {
      path,
      kind: "Pod",
      group: "",
      object: pool("default/p"),
    }, {
      allowed: false,
      status: {
        code: 400,
        reason: "BadRequest",
        message:
          'Cannot judge a Pod of group "": only IPPool and VirtualMachineNetworkConfig of network.harvesterhci.io',
      },
    })
  ),
  review("an IPPool of another group is refused", {
    kind: "IPPool",
    group: "example.com",
    object: pool("default/p"),
  }, {
    allowed: false,
    status: {
      code: 400,
      reason: "BadRequest",
      message:
        'Cannot judge a IPPool of group "example.com": only IPPool and VirtualMachineNetworkConfig of network.harvesterhci.io',
    },
  }),
  review("a connection to an object is allowed", {
    operation: "CONNECT",
    object: pool("default/p", { cidr: "x" }),
  }, { allowed: true }),
  ...["/validate", "/mutate"].flatMap((path) => [
    review(
      "a creation without an object cannot be read",
      { path, object: null },
      missing("CREATE", "object"),
    ),
    review("an edit without an object cannot be read", {
      path,
      operation: "UPDATE",
      oldObject: pool("default/p"),
    }, missing("UPDATE", "object")),
    review("an edit without the old object cannot be read", {
      path,
      operation: "UPDATE",
      object: pool("default/p"),
    }, missing("UPDATE", "oldObject")),
    review(
      "a deletion without the old object cannot be read",
      { path, operation: "DELETE" },
      missing("DELETE", "oldObject"),
    ),
  ]),
  review("a view that fails is an internal error without its detail", {
    object: pool("default/p", {}, { spec: { networkName: "default/broken" } }),
  }, {
    allowed: false,
    status: {
      code: 500,
      reason: "InternalError",
      message: "Cannot judge CREATE of IPPool: internal error",
    },
  }),
];
