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
    "an unknown page is 404",
    { method: "GET", path: "/metrics" },
    failed(404, "NotFound", "No such page: /metrics"),
  ),
  raw("a review by GET is 405", { method: "GET" }, {
    ...failed(405, "MethodNotAllowed", "Cannot GET /validate"),
    allow: "POST",
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
    "a body over the limit is 413",
    text("x".repeat(MAX_BODY_BYTES)),
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
  ...["/validate", "/mutate"].map((path) =>
    review(`an unknown kind is refused by ${path}`, { path, kind: "Pod", group: "" }, {
      allowed: false,
      status: {
        code: 400,
        reason: "BadRequest",
        message:
          'Cannot judge a Pod of group "": only IPPool and VirtualMachineNetworkConfig of network.harvesterhci.io',
      },
    })
  ),
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
  review("a creation without an object is an internal error", { object: null }, {
    allowed: false,
    status: {
      code: 500,
      reason: "InternalError",
      message: "Cannot judge CREATE of IPPool: internal error",
    },
  }),
];
