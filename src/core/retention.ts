/** How long things are kept. What is stored has its end from the time at which it is stored: a change holds for what comes. */
export interface Retention {
  /** Records of tasks and calls, after their end. */
  readonly recordDays: number
  /** Output files. */
  readonly mediaDays: number
  readonly uploadHours: number
  /** Files for calls, and results of batches. */
  readonly callFileDays: number
}

export type RetentionTime = keyof Retention

/** The settings of the environment and of the configuration file: one that is given there is not changed by what is stored. */
export const RETENTION_SETTINGS: Readonly<Record<RetentionTime, string>> = {
  recordDays: 'POLYPHONY_RECORD_DAYS',
  mediaDays: 'POLYPHONY_MEDIA_DAYS',
  uploadHours: 'POLYPHONY_UPLOAD_HOURS',
  callFileDays: 'POLYPHONY_FILE_DAYS',
}

export const RETENTION_TIMES = Object.keys(RETENTION_SETTINGS) as RetentionTime[] // its keys

/** What the settings say: a value, which is the default unless it is given. */
export type RetentionBasis = Readonly<Record<RetentionTime, { value: number; isGiven: boolean }>>

/** What is stored, by the name of the time. Anything else that is stored there is none. */
export type StoredRetention = Partial<Record<RetentionTime, number>>

/** The times in force: what the settings give, else what is stored, else the default. */
export function retentionOf(basis: RetentionBasis, stored: StoredRetention): Retention {
  const timeOf = (name: RetentionTime): number => {
    const { value, isGiven } = basis[name]
    return isGiven ? value : (stored[name] ?? value)
  }
  return {
    recordDays: timeOf('recordDays'),
    mediaDays: timeOf('mediaDays'),
    uploadHours: timeOf('uploadHours'),
    callFileDays: timeOf('callFileDays'),
  }
}
