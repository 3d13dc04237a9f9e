/**
 * The bill of materials of an image, as CycloneDX JSON: Deno, the Debian packages, the npm packages.
 *
 * Source: CycloneDX 1.6; Package URL (purl) specification.
 *
 * @module
 */
import { ComponentType } from "@cyclonedx/cyclonedx-library/Enums";
import { Bom, Component, Metadata, NamedLicense } from "@cyclonedx/cyclonedx-library/Models";
import { JSON as Json, JsonSerializer } from "@cyclonedx/cyclonedx-library/Serialize";
import { Spec1dot6 } from "@cyclonedx/cyclonedx-library/Spec";
import type { Package } from "./base_folder.ts";
import type { Stamp } from "./stamp.ts";

/** Its text. The same packages give the same bytes. */
export function billOfMaterials(
  { name, stamp, packages }: {
    /** Of the image, without tag. */
    readonly name: string;
    readonly stamp: Stamp;
    readonly packages: readonly Package[];
  },
): string {
  const image = new Component(ComponentType.Container, name, {
    bomRef: name,
    version: stamp.version,
  });
  const bom = new Bom({
    metadata: new Metadata({ component: image, timestamp: stamp.created }),
  });
  for (const found of packages) {
    const component = componentOf(found);
    bom.components.add(component);
    image.dependencies.add(component.bomRef);
  }
  const serializer = new JsonSerializer(new Json.Normalize.Factory(Spec1dot6));
  return `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`;
}

function componentOf({ type, name, version, platform, license }: Package): Component {
  const purl = purlOf({ type, name, version, platform });
  const slash = name.indexOf("/");
  const component = new Component(ComponentType.Library, name.slice(slash + 1), {
    bomRef: purl,
    version,
    purl,
    ...(slash < 0 ? {} : { group: name.slice(0, slash) }),
  });
  if (license !== undefined) component.licenses.add(new NamedLicense(license));
  return component;
}

/** Such as `pkg:npm/%40logtape/logtape@2.4.2` and `pkg:deb/debian/libc6@2.36-9?arch=arm64`. */
function purlOf(
  { type, name, version, platform }: Pick<Package, "type" | "name" | "version"> & {
    readonly platform: Package["platform"] | undefined;
  },
): string {
  const path = name.split("/").map(encodeURIComponent).join("/");
  const at = encodeURIComponent(version);
  if (type === "npm") return `pkg:npm/${path}@${at}`;
  return `pkg:deb/debian/${path}@${at}${platform === undefined ? "" : `?arch=${platform}`}`;
}
