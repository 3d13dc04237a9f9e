/**
 * Which page stands where in the site.
 *
 * @module
 */

/** A page of the repository in the list beside the text; without `text` its own title. */
interface Entry {
  readonly page: string;
  readonly text?: string;
}

/** Pages that belong together. A page that ends in `/` stands for all of that folder that no group names. */
interface Group {
  readonly title: string;
  /** Whether its pages are seen only when somebody opens it. */
  readonly isClosed?: boolean;
  readonly entries: readonly Entry[];
}

/** The groups, in the order in which somebody new reads them. What none of them names comes last, in a group of its own. */
const GROUPS: readonly Group[] = [
  {
    title: "Start",
    entries: [
      { page: "README.md", text: "What it is, and a first try" },
      { page: "docs/install.md", text: "Install" },
      { page: "docs/standalone.md" },
      { page: "docs/concepts.md", text: "How it works" },
    ],
  },
  {
    title: "How to",
    entries: [
      { page: "docs/how-to/static-address.md" },
      { page: "docs/how-to/reservation.md" },
      { page: "docs/how-to/opt-out.md" },
      { page: "docs/how-to/network-boot.md" },
      { page: "docs/how-to/two-clusters.md" },
      { page: "docs/tenancy.md" },
      { page: "docs/dns.md" },
      { page: "docs/netbox.md" },
      { page: "docs/gitops.md" },
      { page: "docs/gitops.md" },
      { page: "docs/backup.md" },
      { page: "docs/import.md", text: "Move from Kea, ISC dhcpd or dnsmasq" },
      { page: "docs/migrate.md" },
      { page: "docs/how-to/upgrade.md" },
      { page: "docs/remove.md", text: "Remove" },
      { page: "docs/how-to/" },
    ],
  },
  {
    title: "When something is wrong",
    entries: [
      { page: "docs/troubleshooting.md", text: "From the symptom to the command" },
      { page: "docs/vmdhcp.md", text: "kubectl vmdhcp" },
      { page: "docs/page.md" },
      { page: "docs/history.md" },
      { page: "docs/events.md", text: "Reasons" },
      { page: "docs/logs.md", text: "Log lines" },
      { page: "docs/conflicts.md" },
      { page: "docs/networks.md" },
      { page: "docs/outages.md" },
      { page: "docs/chaos.md" },
    ],
  },
  { title: "Alerts and their runbooks", isClosed: true, entries: [{ page: "docs/runbooks/" }] },
  {
    title: "Reference",
    entries: [
      { page: "docs/reference/kinds.md" },
      { page: "docs/reference/programs.md" },
      { page: "deploy/helm/vm-dhcp/VALUES.md", text: "Values of the chart" },
      { page: "docs/options.md", text: "Options" },
      { page: "docs/metrics.md" },
      { page: "docs/webhook.md" },
      { page: "docs/protocol.md" },
      { page: "docs/clients.md" },
    ],
  },
  {
    title: "Planning",
    entries: [
      { page: "docs/sizing.md" },
      { page: "docs/scale.md" },
      { page: "docs/soak.md" },
      { page: "docs/simulate.md" },
      { page: "docs/performance.md" },
      { page: "docs/versions.md", text: "Versions" },
      { page: "CHANGELOG.md" },
      { page: "SECURITY.md" },
      { page: "docs/tokens.md" },
    ],
  },
  {
    title: "Inside",
    isClosed: true,
    entries: [
      { page: "ARCHITECTURE.md" },
      { page: "CONTRIBUTING.md" },
      { page: "docs/decisions/" },
    ],
  },
];

/** A page with its title. */
export interface Titled {
  readonly page: string;
  readonly title: string;
}

/** What stands beside the text: groups of links, each page once. */
interface Sidebar {
  readonly text: string;
  readonly collapsed: boolean;
  readonly items: readonly { readonly text: string; readonly link: string }[];
}

/** The whole list beside the text. What is named and not there is left out. */
export function sidebarOf(pages: readonly Titled[]): readonly Sidebar[] {
  const titles = new Map(pages.map(({ page, title }) => [page, title]));
  const named = new Set(GROUPS.flatMap(({ entries }) => entries.map(({ page }) => page)));
  const left = pages.filter(({ page }) => !named.has(page)).map(({ page }) => page);
  const taken = new Set<string>();
  const linksOf = ({ page, text }: Entry) => {
    const found = page.endsWith("/") ? left.filter((one) => one.startsWith(page)) : [page];
    return found.filter((one) => titles.has(one) && !taken.has(one)).map((one) => {
      taken.add(one);
      return { text: text ?? titles.get(one) ?? one, link: linkOf(one) };
    });
  };
  const groups = GROUPS.map(({ title, isClosed = false, entries }) => ({
    text: title,
    collapsed: isClosed,
    items: entries.flatMap(linksOf),
  }));
  const rest = left.flatMap((page) => linksOf({ page }));
  return [...groups, { text: "More", collapsed: true, items: rest }]
    .filter(({ items }) => items.length > 0);
}

/** Where a page of the repository is in the site. */
export function linkOf(page: string): string {
  return `/${siteFile(page).replace(/(^|\/)index\.md$/, "$1").replace(/\.md$/, "")}`;
}

/** The file of the site that a page becomes: the README is what one sees first. */
export function siteFile(page: string): string {
  return page.replace(/(^|\/)README\.md$/, "$1index.md");
}
