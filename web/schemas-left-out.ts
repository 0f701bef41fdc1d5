/** Stands for zod in the page that is built. The server checks all that comes; this page only follows and sends,
 *  and needs of its contract which events there are and how each is delivered. The schemas, a seventh of all
 *  that would be loaded, are never asked anything: whatever is made of them is this one value again. */
const nothing: unknown = new Proxy(function schema() {}, {
  get: () => nothing,
  apply: () => nothing,
  construct: () => nothing as object,
});

export { nothing as z };
