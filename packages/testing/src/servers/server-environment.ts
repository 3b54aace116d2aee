/** The environment without what would redirect a Postgres program (PGHOST, PGOPTIONS, ...) or translate its messages. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(PG[A-Z]+|LANG|LANGUAGE|LC_[A-Z]+)$/.test(name));
  return { ...Object.fromEntries(kept), LC_ALL: 'C' };
}
