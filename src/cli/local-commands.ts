/** Commands that work on this machine alone, with the reason: `--url` has no use there. */
export const LOCAL_COMMANDS: Readonly<Record<string, string>> = {
  serve: 'it is the server',
  demo: 'it starts a server of its own',
  doctor: 'it looks at what a start on this machine needs',
  'config check': 'it reads the configuration of this machine',
  'config schema': 'it needs no server',
  backup: 'it writes a file of this machine, from the database and the storage',
  restore: 'it fills a data folder of this machine, where no server runs',
  move: 'it copies from one database to another, where no server runs',
  'import new-api': 'it writes to the database, and reads another one',
  'import one-api': 'it writes to the database, and reads another one',
  'import piapi': 'it writes a file of this machine',
  migrate: 'it changes the schema, before a server runs',
  adopt: 'it binds the database to the secret of this machine',
}
