export const selectWorkflow: string = `
  select {now_ms}() as now_at, w.revision, w.at, w.state, w.doc
  from (select) as one left join {workflows} w on w.key = $1
`;

export const selectHeldWorkflows: string = `
  select {now_ms}() as now_at, key, revision, at, state, doc from {workflows}
  where key > $1 and state <> 'running' order by key limit $2
`;
