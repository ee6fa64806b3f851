// What the browser remembers; where storage is forbidden it simply forgets.

export function kept(key, storage = () => localStorage) {
  try {
    return storage().getItem(key);
  } catch {
    return null;
  }
}

export function keep(key, value, storage = () => localStorage) {
  try {
    storage().setItem(key, value);
  } catch {
    // Forbidden or full.
  }
}
