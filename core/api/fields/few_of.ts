/** How many texts are told of many: an Event has 1,024 characters, and what an object shows is kept with it in etcd. */
const TOLD = 10;

/** The first few of many texts as one, and how many there are beside them. */
export function fewOf(texts: readonly string[]): string {
  const more = texts.length - TOLD;
  return [...texts.slice(0, TOLD), ...(more > 0 ? [`and ${more} more`] : [])].join("; ");
}
