// What the caller may do, as the server tells with the page: what they may not is not shown. The server refuses it too.

const told = document.querySelector('meta[name="rights"]')?.content;
const { scopes, groups } = told ? JSON.parse(told) : { scopes: [], groups: [] };

// One of "read", "write", "operate".
export const may = (scope) => scopes.includes(scope);

// Whether the caller may delete a document or have it read again (access.changeable): of a group's the groups must all
// be theirs, and what everybody sees is changed by who sees everything.
export function mayChange(entry) {
  if (!may("write")) return false;
  if (may("operate") || groups === null) return true;
  return entry.groups.length ? entry.groups.every((group) => groups.includes(group)) : !groups.length;
}
