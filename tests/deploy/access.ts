/**
 * What roles allow, and what was asked under them.
 *
 * @module
 */
import type { PolicyRule } from "../../deploy/objects/rbac.ts";
import type { AuditEvent } from "../real/mod.ts";

/** One verb on one resource that a ServiceAccount is allowed. */
export interface Grant {
  /** `system:serviceaccount:NAMESPACE:NAME`. */
  readonly user: string;
  /** Unset: everywhere. */
  readonly namespace?: string;
  readonly group: string;
  readonly resource: string;
  readonly verb: string;
  /** Unset: whatever its name. */
  readonly names?: readonly string[];
}

/** One verb on one object, or collection, that a user asked for. */
export interface Use {
  readonly user: string;
  /** Unset: everywhere. */
  readonly namespace?: string;
  readonly name?: string;
  readonly group: string;
  readonly resource: string;
  readonly verb: string;
}

interface RbacObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules?: readonly PolicyRule[];
  readonly roleRef?: { readonly kind: string; readonly name: string };
  readonly subjects?: readonly { readonly name: string; readonly namespace: string }[];
}

/** Everything that roles and their bindings allow. */
export function grantsOf(objects: readonly unknown[]): readonly Grant[] {
  const all = objects as readonly RbacObject[];
  return all.flatMap(({ metadata: { namespace }, roleRef, subjects = [] }) => {
    const role = all.find((one) =>
      one.kind === roleRef?.kind && one.metadata.name === roleRef.name &&
      one.metadata.namespace === namespace
    );
    return subjects.flatMap((subject) =>
      (role?.rules ?? []).flatMap((rule) =>
        grantsOfRule(rule, {
          user: `system:serviceaccount:${subject.namespace}:${subject.name}`,
          ...(namespace === undefined ? {} : { namespace }),
        })
      )
    );
  });
}

function grantsOfRule(
  { apiGroups, resources, verbs, resourceNames: names }: PolicyRule,
  who: Pick<Grant, "user" | "namespace">,
): readonly Grant[] {
  return apiGroups.flatMap((group) =>
    resources.flatMap((resource) =>
      verbs.map((verb) => ({
        ...who,
        group,
        resource,
        verb,
        ...(names === undefined ? {} : { names }),
      }))
    )
  );
}

/** What users asked for; an apply that made its object asked for `create` too. */
export function usesOf(events: readonly AuditEvent[], users: ReadonlySet<string>): readonly Use[] {
  return events.flatMap(({ user, verb, code, object }) => {
    if (object === undefined || !users.has(user)) return [];
    const use = { user, verb, ...object };
    return verb === "patch" && code === 201 ? [use, { ...use, verb: "create" }] : [use];
  });
}

/** Whether a grant allows a use. */
function allows(grant: Grant, use: Use): boolean {
  return grant.user === use.user && grant.group === use.group &&
    grant.resource === use.resource && grant.verb === use.verb &&
    (grant.namespace === undefined || grant.namespace === use.namespace) &&
    (grant.names === undefined || grant.names.includes(use.name ?? ""));
}

/** What is granted but not asked for, what is asked for but not granted, and what is granted everywhere for one namespace. */
export function differences(
  grants: readonly Grant[],
  uses: readonly Use[],
): readonly string[] {
  const found = new Set<string>();
  for (const use of uses) {
    if (!grants.some((grant) => allows(grant, use))) found.add(`missing: ${describe(use)}`);
  }
  for (const grant of grants) {
    if (!uses.some((use) => allows(grant, use))) found.add(`unused: ${describe(grant)}`);
    const namespaces = namespacesOf(grant, uses);
    const [only] = namespaces;
    if (grant.namespace === undefined && namespaces.size === 1 && only !== undefined) {
      found.add(`wider than used: ${describe(grant)}, which is asked for in ${only} only`);
    }
  }
  return [...found];
}

/** Where a user uses a resource at all; `undefined` among them: everywhere. */
function namespacesOf(grant: Grant, uses: readonly Use[]): ReadonlySet<string | undefined> {
  const all = uses.filter(({ user, group, resource }) =>
    user === grant.user && group === grant.group && resource === grant.resource
  );
  return new Set(all.map(({ namespace }) => namespace));
}

/** A line for every resource of every user: the verbs that were granted and how often each was used. */
export function accessTable(grants: readonly Grant[], uses: readonly Use[]): string {
  const rows = Map.groupBy(
    grants,
    ({ user, namespace = "(all)", group, resource, names }) =>
      [
        user.split(":").at(-1),
        namespace,
        `${resource}${group === "" ? "" : `.${group}`}`,
        names?.join() ?? "",
      ].join(" ").trimEnd(),
  );
  return [...rows].map(([row, grants]) => {
    const verbs = grants.map((grant) =>
      `${grant.verb} ${uses.filter((use) => allows(grant, use)).length}`
    );
    return `${row}: ${verbs.join(", ")}\n`;
  }).join("");
}

function describe({ user, namespace, group, resource, verb }: Use | Grant): string {
  const where = namespace === undefined ? "all namespaces" : namespace;
  return `${user.split(":").at(-1)}: ${verb} ${resource}${
    group === "" ? "" : `.${group}`
  } in ${where}`;
}
