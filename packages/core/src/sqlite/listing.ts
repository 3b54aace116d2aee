/** Listings, each a statement of its own, so that the few it is after are found by an index among millions. */

export const listRows: string = `
  select slot, revision, at, doc from effects
  where slot > :after and slot < :before and (:colons is null or length(slot) - length(replace(slot, ':', '')) = :colons)
    and (:state is null or state = :state)
  order by slot limit :limit
`;

export const listDueRows: string = `
  select slot, revision, at, doc from effects indexed by effects_due
  where due_at <= :due and slot > :after and slot < :before
    and (:colons is null or length(slot) - length(replace(slot, ':', '')) = :colons)
    and (:state is null or state = :state)
  order by slot limit :limit
`;

export const listShelfRows: string = `
  select slot, revision, at, doc, due_at as dueAt from effects indexed by effects_due
  where due_at >= :from and due_at <= :until and (due_at > :from or slot > :after)
  order by due_at, slot limit :limit
`;
