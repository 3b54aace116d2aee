const own = new WeakSet<object>();

/**
 * Marks an error of `complete` as the vendor's own no to what was to be sent, such as a missing permission: the caller is
 * given just that, as where the vendor says it to the write itself.
 */
export function vendorsOwn<E extends object>(error: E): E {
  own.add(error);
  return error;
}

export function isVendorsOwn(error: unknown): boolean {
  return typeof error === 'object' && error !== null && own.has(error);
}
