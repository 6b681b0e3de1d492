// Written by scripts/web-api.ts from /openapi.json. Do not edit it.

export type Account = {
"id": string
"provider": string
/** Unique among the accounts of its owner. */ "name": string
/** Tasks that it runs at once. Default: that of its provider. */ "slots": number
/** Its share among accounts of the same priority. Default: 1. */ "weight": number
/** Accounts of higher priority are filled first; one below 0 is a back-up. Default: 0. */ "priority": number
/** Tasks that it begins on one UTC day; null = no limit, the default. */ "daily_cap": (number | null)
/** Operations, or whole models, that it is used for; null = everything that it performs, the default. */ "serves": (string[] | null)
/** docs/accounts.md explains each, and what to do. */ "state": "connected" | "limited" | "cooling_down" | "moderation_strike" | "expired_credential" | "disabled"
/** Explains the state; empty when connected. */ "reason": string
/** When it is tried again by itself. */ "retry_at": (string | null)
/** False when it is misconfigured; `reason` says how. */ "is_usable": boolean
/** It finishes its running tasks and begins no new ones. */ "draining": boolean
"running": number
/** On this UTC day. */ "begun_today": number
/** What a task on it costs, as a fraction of the list price. */ "price_factor": number
/** What it performs. */ "operations": string[]
"credential": "stored" | "environment"
/** Its fields that are not secret. */ "settings": Record<string, string>
"created_at": string
}

export type AccountAdmin = {
"id": string
"provider": string
/** Unique among the accounts of its owner. */ "name": string
/** Tasks that it runs at once. Default: that of its provider. */ "slots": number
/** Its share among accounts of the same priority. Default: 1. */ "weight": number
/** Accounts of higher priority are filled first; one below 0 is a back-up. Default: 0. */ "priority": number
/** Tasks that it begins on one UTC day; null = no limit, the default. */ "daily_cap": (number | null)
/** Operations, or whole models, that it is used for; null = everything that it performs, the default. */ "serves": (string[] | null)
/** The id of the tenant that owns it; null = an account of the operator, for all tenants. */ "tenant": (string | null)
/** docs/accounts.md explains each, and what to do. */ "state": "connected" | "limited" | "cooling_down" | "moderation_strike" | "expired_credential" | "disabled"
/** Explains the state; empty when connected. */ "reason": string
/** When it is tried again by itself. */ "retry_at": (string | null)
/** False when it is misconfigured; `reason` says how. */ "is_usable": boolean
/** It finishes its running tasks and begins no new ones. */ "draining": boolean
"running": number
/** On this UTC day. */ "begun_today": number
/** What a task on it costs, as a fraction of the list price. */ "price_factor": number
/** What it performs. */ "operations": string[]
"credential": "stored" | "environment"
/** Its fields that are not secret. */ "settings": Record<string, string>
"created_at": string
}

export type AccountAttempt = {
"task_id": string
"number": number
"outcome": "calling" | "accepted" | "uncertain" | "turned_away" | "completed" | "failed" | "cancelled"
"reason": (string | null)
"begun_at": (string | null)
"accepted_at": (string | null)
"ended_at": (string | null)
}

export type AccountChange = {
/** Unique among the accounts of its owner. */ "name"?: string
/** Tasks that it runs at once. Default: that of its provider. */ "slots"?: number
/** Its share among accounts of the same priority. Default: 1. */ "weight"?: number
/** Accounts of higher priority are filled first; one below 0 is a back-up. Default: 0. */ "priority"?: number
/** Tasks that it begins on one UTC day; null = no limit, the default. */ "daily_cap"?: (number | null)
/** Operations, or whole models, that it is used for; null = everything that it performs, the default. */ "serves"?: (string[] | null)
/** By the names of the provider’s fields. Secrets are encrypted, and never shown again. */ "fields"?: Record<string, (string | null)>
}

export type AccountChangeAdmin = {
/** Unique among the accounts of its owner. */ "name"?: string
/** Tasks that it runs at once. Default: that of its provider. */ "slots"?: number
/** Its share among accounts of the same priority. Default: 1. */ "weight"?: number
/** Accounts of higher priority are filled first; one below 0 is a back-up. Default: 0. */ "priority"?: number
/** Tasks that it begins on one UTC day; null = no limit, the default. */ "daily_cap"?: (number | null)
/** Operations, or whole models, that it is used for; null = everything that it performs, the default. */ "serves"?: (string[] | null)
/** What a task on it costs, as a fraction of the list price. */ "price_factor"?: number
/** By the names of the provider’s fields. Secrets are encrypted, and never shown again. */ "fields"?: Record<string, (string | null)>
}

export type AccountFindings = {
"account": Account
/** Why it begins no task; empty when it could. */ "advice": string[]
/** Tasks that it could be given. */ "waiting": {
"operation": string
"count": number
}[]
/** The last 20, the newest first. */ "attempts": AccountAttempt[]
}

export type AccountFindingsAdmin = {
"account": AccountAdmin
/** Why it begins no task; empty when it could. */ "advice": string[]
/** Tasks that it could be given. */ "waiting": {
"operation": string
"count": number
}[]
/** The last 20, the newest first. */ "attempts": AccountAttempt[]
}

export type AccountNew = {
"provider": string
/** Unique among the accounts of its owner. */ "name": string
/** By the names of the provider’s fields. Secrets are encrypted, and never shown again. */ "fields": Record<string, (string | null)>
/** Tasks that it runs at once. Default: that of its provider. */ "slots"?: number
/** Its share among accounts of the same priority. Default: 1. */ "weight"?: number
/** Accounts of higher priority are filled first; one below 0 is a back-up. Default: 0. */ "priority"?: number
/** Tasks that it begins on one UTC day; null = no limit, the default. */ "daily_cap"?: (number | null)
/** Operations, or whole models, that it is used for; null = everything that it performs, the default. */ "serves"?: (string[] | null)
}

export type AccountNewAdmin = {
"provider": string
/** Unique among the accounts of its owner. */ "name": string
/** By the names of the provider’s fields. Secrets are encrypted, and never shown again. */ "fields": Record<string, (string | null)>
/** Tasks that it runs at once. Default: that of its provider. */ "slots"?: number
/** Its share among accounts of the same priority. Default: 1. */ "weight"?: number
/** Accounts of higher priority are filled first; one below 0 is a back-up. Default: 0. */ "priority"?: number
/** Tasks that it begins on one UTC day; null = no limit, the default. */ "daily_cap"?: (number | null)
/** Operations, or whole models, that it is used for; null = everything that it performs, the default. */ "serves"?: (string[] | null)
/** What a task on it costs, as a fraction of the list price. */ "price_factor"?: number
/** The id of the tenant that owns it; null = an account of the operator, for all tenants. */ "tenant"?: (string | null)
}

export type AccountPool = {
/** The pool of tasks that name none; `private` applies only where you have an account for the operation. */ "default_pool"?: "private" | "public"
/** Whether tasks go to the public pool when none of your accounts can perform them. */ "falls_back"?: boolean
}

export type AccountProvider = {
"id": string
"title": string
/** The default of its accounts. */ "slots": number
"fields": ({
"name": string
"title": string
"secret": boolean
"required": boolean
"default": (string | null)
})[]
}

export type AccountProviderAdmin = {
"id": string
"title": string
/** The default of its accounts. */ "slots": number
"fields": ({
"name": string
"title": string
"secret": boolean
"required": boolean
"default": (string | null)
/** Its variable in the environment. */ "env": string
})[]
}

export type AccountTest = {
/** null = only a task can show it. */ "works": boolean | null
/** What the vendor said, and what to do about it. */ "says": string
"account": Account
}

export type AccountTestAdmin = {
/** null = only a task can show it. */ "works": boolean | null
/** What the vendor said, and what to do about it. */ "says": string
"account": AccountAdmin
}

export type PolyphonyAttempts = {
"attempts": ({
"number": number
"provider": string
"outcome": "calling" | "accepted" | "uncertain" | "turned_away" | "completed" | "failed" | "cancelled"
"reason": (string | null)
"begun_at": (number | null)
"accepted_at": (number | null)
"ended_at": (number | null)
})[]
}

export type PolyphonyBatch = {
"id": string
/** Its tasks. */ "total": number
"completed": number
"failed": number
"cancelled": number
/** What it named besides and was refused. */ "rejected": number
/** Milliseconds UTC. */ "created_at": number
"ended_at": (number | null)
}

export type PolyphonyBatches = {
"batches": PolyphonyBatch[]
"next_cursor": (string | null)
}

export type PolyphonyChatModels = {
"models": ({
/** The name that a call has in `model`. */ "id": string
"provider": (string | null)
/** USD for a million tokens of the conversation. */ "usd_per_million_input": number
/** USD for a million tokens of the answer. */ "usd_per_million_output": number
/** USD for the call itself. */ "usd_per_call": number
})[]
}

export type PolyphonyDeleted = {
"id": string
"deleted": true
/** Milliseconds UTC. */ "restorable_until": number
}

export type PolyphonyFile = {
"url": string
/** As found in its bytes. */ "media_type": string
"size_bytes": number
/** When it is deleted. */ "expires_at": number
}

export type PolyphonyOperations = {
"operations": ({
"id": string
"model": string
"task_type": string
"title": string
"produces": "pictures" | "videos" | "sounds" | "texts" | "model" | "lyrics" | "clips" | "data" | "anything"
/** The price of the example. 10,000,000 are 1 USD. */ "price_points": number
/** How long a provider may take. */ "timeout_seconds": number
/** JSON Schema. */ "input_schema": Record<string, unknown>
/** JSON Schema. */ "output_schema": Record<string, unknown>
"example": Record<string, unknown>
/** Whether an account performs it now, and the key may use it. */ "available": boolean
})[]
}

export type PolyphonyPlace = {
"tasks_ahead": (number | null)
"estimated_seconds": (number | null)
}

export type PolyphonyQuote = {
/** What would be held. 10,000,000 are 1 USD. */ "price_points": number
/** What is available before that. 10,000,000 are 1 USD. */ "available_points": number
/** Always true for a test key, which pays nothing. */ "is_affordable": boolean
}

export type PolyphonyRequests = {
"requests": {
/** Such as `fal`. */ "protocol": string
/** A POST goes there. */ "path": string
"body": Record<string, unknown>
/** Absent where the answer is the result. */ "later"?: {
/** Where the answer has the id of the task, such as `data.task_id`. */ "id": string
/** The path that reads the task, with `{id}` in it. */ "read": string
}
}[]
}

export type PolyphonyTask = {
"id": string
"operation": string
"status": "staged" | "pending" | "submitting" | "uncertain" | "processing" | "completed" | "failed" | "cancelled"
"progress": number
/** The input with its defaults. */ "input": Record<string, unknown>
/** In the shape of the kind that the operation produces; files are URLs. Null until it is completed. */ "output": ({
"pictures": {
/** Reference to the picture. */ "file": string
"widthPx": number
"heightPx": number
/** The seed that was drawn, if its provider reports it. */ "seed"?: number
}[]
"grid": ({
/** Reference to the picture. */ "file": string
"widthPx": number
"heightPx": number
/** The seed that was drawn, if its provider reports it. */ "seed"?: number
} | null)
"tokens"?: {
/** Of the text in the input. */ "text": number
/** Of the pictures in the input. */ "image": number
"output": number
}
/** What the picture said before it was taken out. */ "textBlocks"?: {
"text": string
"x": number
"y": number
"width": number
"height": number
}[]
} | {
"videos": {
/** Reference to the MP4. */ "file": string
/** Reference to the first frame, as a picture; empty if there is none. */ "cover": string
/** Reference to the last frame, as a picture; empty if there is none. */ "lastFrame": string
"widthPx": number
"heightPx": number
"seconds": number
}[]
} | {
"sounds": {
/** Reference to the sound. */ "file": string
"seconds": number
}[]
} | {
"texts": string[]
} | {
"model": {
/** Reference to the GLB. */ "file": string
/** Reference to the input without its background; empty if there is none. */ "picture": string
/** Reference to a video of the model turning; empty if there is none. */ "turntable": string
}
} | {
"lyrics": {
"title": string
"text": string
"tags": string[]
}[]
} | {
"clips": ({
/** The clip: an item id of the task. */ "id": string
"title": string
"tags": string
/** The lyrics. */ "prompt": string
"gptDescriptionPrompt": (string | null)
"mv": string
"type": "gen" | "concat" | "upload" | "stem"
"durationSeconds": number
/** Reference to the MP3. */ "audio": string
/** Reference to the cover, 512 pixels; empty if there is none. */ "image": string
/** Reference to the cover, 1,024 pixels; empty if there is none. */ "imageLarge": string
"continueClipId": (string | null)
"continueAt": (number | null)
})[]
} | {
"data": Record<string, unknown>
} | {
"value": unknown
} | null)
"error": ({
"code": string
"message": string
} | null)
/** What is held, and taken at most. 10,000,000 are 1 USD. */ "price_points": number
/** What was taken. 10,000,000 are 1 USD. */ "consumed_points": number
"parent_id": (string | null)
"provider": (string | null)
"logs": string[]
/** Milliseconds UTC, as the other times. */ "created_at": number
"started_at": (number | null)
"ended_at": (number | null)
"batch_id": (string | null)
/** Whether it is marked. */ "favourite": boolean
/** Where its songs can be heard while they are made (audio/mpeg that goes on as it is made). Empty before there is something to hear, and after the end. */ "live_urls": string[]
}

export type PolyphonyTaskRequest = { operation: string; input: Record<string, unknown>; webhook?: string }

export type PolyphonyTasks = {
"tasks": PolyphonyTask[]
"next_cursor": (string | null)
}

export interface Routes {
  "GET /api/admin/accounts": { path: Record<never, never>; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": AccountAdmin[]
"message": string
} }
  "POST /api/admin/accounts": { path: Record<never, never>; query: Record<never, never>; body: AccountNewAdmin; answer: {
"code": 200
"data": AccountAdmin
"message": string
} }
  "GET /api/admin/accounts/{id}": { path: { "id": string }; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": AccountAdmin
"message": string
} }
  "PATCH /api/admin/accounts/{id}": { path: { "id": string }; query: Record<never, never>; body: AccountChangeAdmin; answer: {
"code": 200
"data": AccountAdmin
"message": string
} }
  "DELETE /api/admin/accounts/{id}": { path: { "id": string }; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": {
"id": string
"removed": true
}
"message": string
} }
  "GET /api/admin/accounts/{id}/debug": { path: { "id": string }; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": AccountFindingsAdmin
"message": string
} }
  "POST /api/admin/accounts/{id}/disable": { path: { "id": string }; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": AccountAdmin
"message": string
} }
  "POST /api/admin/accounts/{id}/drain": { path: { "id": string }; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": AccountAdmin
"message": string
} }
  "POST /api/admin/accounts/{id}/enable": { path: { "id": string }; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": AccountAdmin
"message": string
} }
  "POST /api/admin/accounts/{id}/resume": { path: { "id": string }; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": AccountAdmin
"message": string
} }
  "POST /api/admin/accounts/{id}/test": { path: { "id": string }; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": AccountTestAdmin
"message": string
} }
  "GET /api/admin/announcements": { path: Record<never, never>; query: { "limit"?: number; "cursor"?: string }; body: undefined; answer: {
"code": 200
"data": {
"items": ({
"id": string
"text": string
/** `warning` is shown in a louder colour. Default: info. */ "tone": "info" | "warning"
"begins_at": string
"ends_at": (string | null)
/** The only tenant that sees it; null = all. */ "tenant": (string | null)
"created_by": string
"created_at": string
})[]
/** For the next page; null = this is the last one. */ "next_cursor": (string | null)
}
"message": string
} }
  "POST /api/admin/announcements": { path: Record<never, never>; query: Record<never, never>; body: {
"text": string
/** `warning` is shown in a louder colour. Default: info. */ "tone"?: "info" | "warning"
/** Only for this tenant. Default: for all. */ "tenant"?: string
/** An RFC 3339 time. Default: now. */ "begins_at"?: string
/** Likewise. Default: until it is removed. */ "ends_at"?: string
}; answer: {
"code": 200
"data": {
"id": string
"text": string
/** `warning` is shown in a louder colour. Default: info. */ "tone": "info" | "warning"
"begins_at": string
"ends_at": (string | null)
/** The only tenant that sees it; null = all. */ "tenant": (string | null)
"created_by": string
"created_at": string
}
"message": string
} }
  "DELETE /api/admin/announcements/{id}": { path: { "id": string }; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": {
"id": string
"removed": true
}
"message": string
} }
  "GET /api/admin/audit": { path: Record<never, never>; query: { "tenant"?: string; "verb"?: string; "actor"?: string; "subject"?: string; "from"?: string; "to"?: string; "limit"?: number; "cursor"?: string; "format"?: "json" | "csv" }; body: undefined; answer: {
"code": 200
"data": {
"items": ({
"at": string
"actor": string
/** Of the client; null = a command that opened the database itself. */ "address": (string | null)
"verb": string
"tenant": (string | null)
"subject": (string | null)
"before": (Record<string, unknown> | null)
"after": (Record<string, unknown> | null)
})[]
/** For the next page; null = this is the last one. */ "next_cursor": (string | null)
}
"message": string
} }
  "GET /api/admin/calls": { path: Record<never, never>; query: { "tenant"?: string; "from"?: string; "to"?: string; "limit"?: number; "cursor"?: string; "key"?: string; "model"?: string }; body: undefined; answer: {
"code": 200
"data": {
"items": ({
"id": string
"tenant_id": string
"key_id": string
/** `live` tasks are paid; `test` tasks run on the sandbox. */ "mode": "live" | "test"
"request_id": (string | null)
"endpoint": string
/** As the caller named it. */ "model": string
/** The batch whose line it answered; null = it was asked for by itself. */ "batch_id": (string | null)
"provider": (string | null)
"account": (string | null)
/** As the provider was told; null = none answered. */ "vendor_model": (string | null)
"status": number
"outcome": "completed" | "failed" | "cut"
"error_code": (string | null)
"streamed": boolean
/** Tokens and other units. */ "usage": (Record<string, number> | null)
/** The provider did not report the usage: it was counted by the characters of request and answer. */ "usage_estimated": boolean
/** How the provider worked, where that changes the price of tokens. */ "service_tier": ("priority" | "flex" | "fast" | null)
/** What it cost. */ "price_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "price_usd": number
/** The accounts that were asked before, and why they did not answer. */ "tried": {
"account": string
"reason": string
}[]
"at": string
"first_byte_ms": (number | null)
"duration_ms": number
})[]
/** For the next page; null = this is the last one. */ "next_cursor": (string | null)
}
"message": string
} }
  "GET /api/admin/codes": { path: Record<never, never>; query: { "limit"?: number; "cursor"?: string }; body: undefined; answer: {
"code": 200
"data": {
"items": ({
"id": string
/** How the code begins, by which people recognise it. */ "prefix": string
/** The credit that it becomes. */ "amount_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "amount_usd": number
"state": "open" | "redeemed" | "expired" | "revoked"
/** The only tenant that may redeem it; null = any. */ "tenant": (string | null)
"note": (string | null)
"created_by": string
"created_at": string
/** null = it does not expire. */ "expires_at": (string | null)
"redeemed_at": (string | null)
/** The tenant that has the credit. */ "redeemed_for": (string | null)
})[]
/** For the next page; null = this is the last one. */ "next_cursor": (string | null)
}
"message": string
} }
  "POST /api/admin/codes": { path: Record<never, never>; query: Record<never, never>; body: {
"amount_usd"?: number
"amount_points"?: number
/** How many. Default: one. */ "count"?: number
/** How long they hold. Default: for good. */ "days"?: number
/** The only tenant that may redeem them. Default: any. */ "tenant"?: string
/** For the operator alone. */ "note"?: string
}; answer: {
"code": 200
"data": {
"items": ({
"id": string
/** How the code begins, by which people recognise it. */ "prefix": string
/** The credit that it becomes. */ "amount_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "amount_usd": number
"state": "open" | "redeemed" | "expired" | "revoked"
/** The only tenant that may redeem it; null = any. */ "tenant": (string | null)
"note": (string | null)
"created_by": string
"created_at": string
/** null = it does not expire. */ "expires_at": (string | null)
"redeemed_at": (string | null)
/** The tenant that has the credit. */ "redeemed_for": (string | null)
/** Shown this once: only its hash is stored. */ "code": string
})[]
}
"message": string
} }
  "DELETE /api/admin/codes/{id}": { path: { "id": string }; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": {
"id": string
"revoked": true
}
"message": string
} }
  "GET /api/admin/config": { path: Record<never, never>; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": {
"settings": {
"name": string
"value": string
"from": string
"what": string
}[]
"faults": string[]
}
"message": string
} }
  "GET /api/admin/costs": { path: Record<never, never>; query: { "of"?: string; "provider"?: string; "account"?: string }; body: undefined; answer: {
"code": 200
"data": ({
"id": string
/** An operation (`kling/video_generation`), a model (`kling`), or `*`. */ "of": string
/** Values that fields of the input must have: `{"resolution":"1080p"}`. */ "when": Record<string, (string | number | boolean)>
/** Null where a factor applies. */ "points": (number | null)
/** The same in USD. */ "usd": (number | null)
/** Null where an amount applies. */ "factor": (number | null)
/** The field that multiplies the amount. */ "per": (string | null)
"note": string
"begun_at": string
/** Null = in force. */ "ended_at": (string | null)
/** The id of the key that set it, or `command line`. */ "made_by": string
"provider": string
/** Null = all of the provider. */ "account": (string | null)
})[]
"message": string
} }
  "POST /api/admin/costs": { path: Record<never, never>; query: Record<never, never>; body: {
/** An operation (`kling/video_generation`), a model (`kling`), or `*`. */ "of": string
"when"?: (Record<string, (string | number | boolean)> | string)
/** Points for a task; 0 makes it free. */ "points"?: (number | null)
/** The same in USD. */ "usd"?: (number | null)
/** Multiplies the price for everyone or, in a rule for everyone, the list price. */ "factor"?: (number | null)
/** A field that is a number and multiplies points or usd, such as `duration`. */ "per"?: (string | null)
"note"?: string
/** The provider; may be left out with an account. */ "provider"?: (string | null)
/** One account, by its id. */ "account"?: (string | null)
}; answer: {
"code": 200
"data": {
"id": string
/** An operation (`kling/video_generation`), a model (`kling`), or `*`. */ "of": string
/** Values that fields of the input must have: `{"resolution":"1080p"}`. */ "when": Record<string, (string | number | boolean)>
/** Null where a factor applies. */ "points": (number | null)
/** The same in USD. */ "usd": (number | null)
/** Null where an amount applies. */ "factor": (number | null)
/** The field that multiplies the amount. */ "per": (string | null)
"note": string
"begun_at": string
/** Null = in force. */ "ended_at": (string | null)
/** The id of the key that set it, or `command line`. */ "made_by": string
"provider": string
/** Null = all of the provider. */ "account": (string | null)
}
"message": string
} }
  "GET /api/admin/costs/export": { path: Record<never, never>; query: { "format"?: "csv" | "json" }; body: undefined; answer: {
"code": 200
"data": {
"format": "csv" | "json"
"text": string
}
"message": string
} }
  "GET /api/admin/costs/history": { path: Record<never, never>; query: { "of"?: string; "provider"?: string; "account"?: string; "limit"?: number }; body: undefined; answer: {
"code": 200
"data": ({
"id": string
/** An operation (`kling/video_generation`), a model (`kling`), or `*`. */ "of": string
/** Values that fields of the input must have: `{"resolution":"1080p"}`. */ "when": Record<string, (string | number | boolean)>
/** Null where a factor applies. */ "points": (number | null)
/** The same in USD. */ "usd": (number | null)
/** Null where an amount applies. */ "factor": (number | null)
/** The field that multiplies the amount. */ "per": (string | null)
"note": string
"begun_at": string
/** Null = in force. */ "ended_at": (string | null)
/** The id of the key that set it, or `command line`. */ "made_by": string
"provider": string
/** Null = all of the provider. */ "account": (string | null)
})[]
"message": string
} }
  "POST /api/admin/costs/import": { path: Record<never, never>; query: Record<never, never>; body: {
"format"?: "csv" | "json"
/** The file. */ "text"?: string
/** The rules themselves, in place of a file. */ "rules"?: Record<string, unknown>[]
/** End the rules that are not in the file. Default: false. */ "replace"?: boolean
/** Show what would change, and store nothing. */ "dry_run"?: boolean
}; answer: {
"code": 200
"data": {
"dry_run": boolean
/** New rules; `id` is empty in a dry run. */ "begun": ({
"id": string
/** An operation (`kling/video_generation`), a model (`kling`), or `*`. */ "of": string
/** Values that fields of the input must have: `{"resolution":"1080p"}`. */ "when": Record<string, (string | number | boolean)>
/** Null where a factor applies. */ "points": (number | null)
/** The same in USD. */ "usd": (number | null)
/** Null where an amount applies. */ "factor": (number | null)
/** The field that multiplies the amount. */ "per": (string | null)
"note": string
"begun_at": string
/** Null = in force. */ "ended_at": (string | null)
/** The id of the key that set it, or `command line`. */ "made_by": string
"provider": string
/** Null = all of the provider. */ "account": (string | null)
})[]
"ended": ({
"id": string
/** An operation (`kling/video_generation`), a model (`kling`), or `*`. */ "of": string
/** Values that fields of the input must have: `{"resolution":"1080p"}`. */ "when": Record<string, (string | number | boolean)>
/** Null where a factor applies. */ "points": (number | null)
/** The same in USD. */ "usd": (number | null)
/** Null where an amount applies. */ "factor": (number | null)
/** The field that multiplies the amount. */ "per": (string | null)
"note": string
"begun_at": string
/** Null = in force. */ "ended_at": (string | null)
/** The id of the key that set it, or `command line`. */ "made_by": string
"provider": string
/** Null = all of the provider. */ "account": (string | null)
})[]
"unchanged": number
}
"message": string
} }
  "DELETE /api/admin/costs/{id}": { path: { "id": string }; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": {
"id": string
/** An operation (`kling/video_generation`), a model (`kling`), or `*`. */ "of": string
/** Values that fields of the input must have: `{"resolution":"1080p"}`. */ "when": Record<string, (string | number | boolean)>
/** Null where a factor applies. */ "points": (number | null)
/** The same in USD. */ "usd": (number | null)
/** Null where an amount applies. */ "factor": (number | null)
/** The field that multiplies the amount. */ "per": (string | null)
"note": string
"begun_at": string
/** Null = in force. */ "ended_at": (string | null)
/** The id of the key that set it, or `command line`. */ "made_by": string
"provider": string
/** Null = all of the provider. */ "account": (string | null)
}
"message": string
} }
  "POST /api/admin/credit": { path: Record<never, never>; query: Record<never, never>; body: {
/** The name or the id of a tenant. Default: the first tenant. */ "tenant"?: string
"amount_usd"?: number
"amount_points"?: number
/** The text of the ledger entry. Default: credit. */ "memo"?: string
/** Such as the number of an invoice. */ "id"?: string
}; answer: {
"code": 200
"data": {
"id": string
"tenant": string
/** False when the `id` was booked before. */ "booked": boolean
/** What was to be booked. */ "amount_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "amount_usd": number
/** What the tenant can spend now. */ "available_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "available_usd": number
/** What its unfinished tasks hold. */ "held_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "held_usd": number
}
"message": string
} }
  "GET /api/admin/health": { path: Record<never, never>; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": {
/** Of the process that answers; null from a command that opened the database itself. */ "process": ({
"version": string
"node": string
"uptime_seconds": number
/** How late a timer fires now: work of the process waits as long. */ "lag_ms": number
"memory_bytes": number
/** Tasks that this process works on at this moment. */ "tasks_in_hand": number
} | null)
"database": {
"engine": "sqlite" | "postgres"
/** How long it took to answer a small question. */ "answer_ms": number
}
"storage": {
/** Of uploads and drafts; outputs are not counted. */ "uploaded_bytes": number
"disks": {
"folder": string
"free_bytes": number
"size_bytes": number
}[]
"writable": boolean
/** Why nothing can be written. */ "problem": (string | null)
}
"queue": {
"staged": number
"pending": number
"running": number
/** Of the task that is next to reach its deadline; null = none waits. */ "oldest_waiting_seconds": (number | null)
}
"last_day": {
"tasks": number
"completed": number
"failed": number
"calls": number
/** Earned. */ "consumed_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "consumed_usd": number
}
"ledger": {
/** Balances that cannot be right. */ "balance_faults": number
/** Of all tenants. */ "available_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "available_usd": number
/** Likewise. */ "held_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "held_usd": number
}
/** What is wrong now, as `account ID`, `credit TENANT`, `webhooks TENANT HOST`, `disk MACHINE FOLDER` or `ledger all`: what notices are sent about, whether or not there is an address for them. */ "troubles": string[]
/** Receivers of webhooks that do not answer. */ "paused_receivers": ({
"tenant": string
"host": string
"failing_since": (string | null)
})[]
"retention": {
/** How long records of tasks and calls are kept after their end. */ "record_days": number
/** How long output files are kept. */ "media_days": number
/** How long uploads are kept. */ "upload_hours": number
/** How long files for calls, and results of batches, are kept. */ "call_file_days": number
}
}
"message": string
} }
  "GET /api/admin/invitations": { path: Record<never, never>; query: { "tenant"?: string; "limit"?: number; "cursor"?: string }; body: undefined; answer: {
"code": 200
"data": {
"items": ({
"id": string
"tenant": string
/** owner: everything of the tenant; member: makes tasks; viewer: reads. */ "role": "owner" | "member" | "viewer"
/** Who alone may accept it. */ "email": (string | null)
/** `person:ID`, the id of a key, or `command line`. */ "invited_by": string
"created_at": string
"expires_at": string
"accepted_at": (string | null)
/** A person. */ "accepted_by": (string | null)
"revoked_at": (string | null)
})[]
/** For the next page; null = this is the last one. */ "next_cursor": (string | null)
}
"message": string
} }
  "POST /api/admin/invitations": { path: Record<never, never>; query: Record<never, never>; body: {
/** The name or the id of a tenant. Default: the first tenant. */ "tenant"?: string
/** owner: everything of the tenant; member: makes tasks; viewer: reads. */ "role": "owner" | "member" | "viewer"
/** The only address that may accept it. Default: anyone with the link. */ "email"?: string
/** How long it can be accepted. Default: 7. */ "days"?: number
}; answer: {
"code": 200
"data": {
"id": string
"tenant": string
/** owner: everything of the tenant; member: makes tasks; viewer: reads. */ "role": "owner" | "member" | "viewer"
/** Who alone may accept it. */ "email": (string | null)
/** `person:ID`, the id of a key, or `command line`. */ "invited_by": string
"created_at": string
"expires_at": string
"accepted_at": (string | null)
/** A person. */ "accepted_by": (string | null)
"revoked_at": (string | null)
/** Only its hash is stored: it cannot be shown again. */ "token": string
/** Send it to whom you invite. */ "link": string
}
"message": string
} }
  "DELETE /api/admin/invitations/{id}": { path: { "id": string }; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": {
"id": string
"revoked": true
}
"message": string
} }
  "GET /api/admin/keys": { path: Record<never, never>; query: { "tenant"?: string; "search"?: string; "limit"?: number; "cursor"?: string }; body: undefined; answer: {
"code": 200
"data": {
"items": ({
"id": string
/** The id of its tenant. */ "tenant": string
"tenant_name": string
"name": string
/** The first characters, to recognise it by. */ "prefix": string
/** `live` tasks are paid; `test` tasks run on the sandbox. */ "mode": "live" | "test"
"role": "admin" | "member"
"models": (string[] | null)
"requests_per_minute": (number | null)
"tokens_per_minute": (number | null)
"max_concurrent": (number | null)
"spend_limit_points": (number | null)
"spend_limit_usd": (number | null)
"daily_limit_points": (number | null)
"daily_limit_usd": (number | null)
"monthly_limit_points": (number | null)
"monthly_limit_usd": (number | null)
/** What its calls have cost, and its tasks hold and have consumed, in this day of UTC. */ "spent_today_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "spent_today_usd": number
/** The same in this month of UTC. */ "spent_this_month_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "spent_this_month_usd": number
/** What its tasks hold and have consumed. */ "spent_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "spent_usd": number
"created_at": string
"expires_at": (string | null)
"revoked_at": (string | null)
/** To the minute; null = never. */ "last_used_at": (string | null)
/** Until when the text from before the last rotation is accepted, too. */ "previous_valid_until": (string | null)
})[]
/** For the next page; null = this is the last one. */ "next_cursor": (string | null)
}
"message": string
} }
  "POST /api/admin/keys": { path: Record<never, never>; query: Record<never, never>; body: {
/** The name or the id of a tenant. Default: the first tenant. */ "tenant"?: string
/** It may do everything. Only keys of the first tenant can be admin keys. */ "admin"?: boolean
/** What the key is for. */ "name": string
/** `live` tasks are paid; `test` tasks run on the sandbox. */ "mode"?: "live" | "test"
/** Only these models; "*" at the end of a name stands for any rest. null = all. */ "models"?: (string[] | null)
/** null = no limit. */ "requests_per_minute"?: (number | null)
/** Tokens of calls, read and made; null = no limit. */ "tokens_per_minute"?: (number | null)
/** Unfinished tasks at once; more are parked. null = no limit. */ "max_concurrent"?: (number | null)
/** What it may spend in all, in points; null = no limit. */ "spend_limit_points"?: (number | null)
/** The same in USD: name one of the two. */ "spend_limit_usd"?: (number | null)
/** What it may spend in a day of UTC, in points; null = no limit. */ "daily_limit_points"?: (number | null)
/** The same in USD: name one of the two. */ "daily_limit_usd"?: (number | null)
/** What it may spend in a month of UTC, in points; null = no limit. */ "monthly_limit_points"?: (number | null)
/** The same in USD: name one of the two. */ "monthly_limit_usd"?: (number | null)
/** An RFC 3339 time; null = never. */ "expires_at"?: (string | null)
}; answer: {
"code": 200
"data": {
"id": string
/** The id of its tenant. */ "tenant": string
"tenant_name": string
"name": string
/** The first characters, to recognise it by. */ "prefix": string
/** `live` tasks are paid; `test` tasks run on the sandbox. */ "mode": "live" | "test"
"role": "admin" | "member"
"models": (string[] | null)
"requests_per_minute": (number | null)
"tokens_per_minute": (number | null)
"max_concurrent": (number | null)
"spend_limit_points": (number | null)
"spend_limit_usd": (number | null)
"daily_limit_points": (number | null)
"daily_limit_usd": (number | null)
"monthly_limit_points": (number | null)
"monthly_limit_usd": (number | null)
/** What its calls have cost, and its tasks hold and have consumed, in this day of UTC. */ "spent_today_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "spent_today_usd": number
/** The same in this month of UTC. */ "spent_this_month_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "spent_this_month_usd": number
/** What its tasks hold and have consumed. */ "spent_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "spent_usd": number
"created_at": string
"expires_at": (string | null)
"revoked_at": (string | null)
/** To the minute; null = never. */ "last_used_at": (string | null)
/** Until when the text from before the last rotation is accepted, too. */ "previous_valid_until": (string | null)
/** The key itself. Only its hash is stored: it cannot be shown again. */ "key": string
}
"message": string
} }
  "GET /api/admin/keys/{id}": { path: { "id": string }; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": {
"id": string
/** The id of its tenant. */ "tenant": string
"tenant_name": string
"name": string
/** The first characters, to recognise it by. */ "prefix": string
/** `live` tasks are paid; `test` tasks run on the sandbox. */ "mode": "live" | "test"
"role": "admin" | "member"
"models": (string[] | null)
"requests_per_minute": (number | null)
"tokens_per_minute": (number | null)
"max_concurrent": (number | null)
"spend_limit_points": (number | null)
"spend_limit_usd": (number | null)
"daily_limit_points": (number | null)
"daily_limit_usd": (number | null)
"monthly_limit_points": (number | null)
"monthly_limit_usd": (number | null)
/** What its calls have cost, and its tasks hold and have consumed, in this day of UTC. */ "spent_today_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "spent_today_usd": number
/** The same in this month of UTC. */ "spent_this_month_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "spent_this_month_usd": number
/** What its tasks hold and have consumed. */ "spent_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "spent_usd": number
"created_at": string
"expires_at": (string | null)
"revoked_at": (string | null)
/** To the minute; null = never. */ "last_used_at": (string | null)
/** Until when the text from before the last rotation is accepted, too. */ "previous_valid_until": (string | null)
}
"message": string
} }
  "PATCH /api/admin/keys/{id}": { path: { "id": string }; query: Record<never, never>; body: {
/** What the key is for. */ "name"?: string
/** Only these models; "*" at the end of a name stands for any rest. null = all. */ "models"?: (string[] | null)
/** null = no limit. */ "requests_per_minute"?: (number | null)
/** Tokens of calls, read and made; null = no limit. */ "tokens_per_minute"?: (number | null)
/** Unfinished tasks at once; more are parked. null = no limit. */ "max_concurrent"?: (number | null)
/** What it may spend in all, in points; null = no limit. */ "spend_limit_points"?: (number | null)
/** The same in USD: name one of the two. */ "spend_limit_usd"?: (number | null)
/** What it may spend in a day of UTC, in points; null = no limit. */ "daily_limit_points"?: (number | null)
/** The same in USD: name one of the two. */ "daily_limit_usd"?: (number | null)
/** What it may spend in a month of UTC, in points; null = no limit. */ "monthly_limit_points"?: (number | null)
/** The same in USD: name one of the two. */ "monthly_limit_usd"?: (number | null)
/** An RFC 3339 time; null = never. */ "expires_at"?: (string | null)
}; answer: {
"code": 200
"data": {
"id": string
/** The id of its tenant. */ "tenant": string
"tenant_name": string
"name": string
/** The first characters, to recognise it by. */ "prefix": string
/** `live` tasks are paid; `test` tasks run on the sandbox. */ "mode": "live" | "test"
"role": "admin" | "member"
"models": (string[] | null)
"requests_per_minute": (number | null)
"tokens_per_minute": (number | null)
"max_concurrent": (number | null)
"spend_limit_points": (number | null)
"spend_limit_usd": (number | null)
"daily_limit_points": (number | null)
"daily_limit_usd": (number | null)
"monthly_limit_points": (number | null)
"monthly_limit_usd": (number | null)
/** What its calls have cost, and its tasks hold and have consumed, in this day of UTC. */ "spent_today_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "spent_today_usd": number
/** The same in this month of UTC. */ "spent_this_month_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "spent_this_month_usd": number
/** What its tasks hold and have consumed. */ "spent_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "spent_usd": number
"created_at": string
"expires_at": (string | null)
"revoked_at": (string | null)
/** To the minute; null = never. */ "last_used_at": (string | null)
/** Until when the text from before the last rotation is accepted, too. */ "previous_valid_until": (string | null)
}
"message": string
} }
  "GET /api/admin/keys/{id}/pair": { path: { "id": string }; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": {
"access_key": string
"secret_key": string
}
"message": string
} }
  "POST /api/admin/keys/{id}/revoke": { path: { "id": string }; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": {
"id": string
"revoked": true
}
"message": string
} }
  "POST /api/admin/keys/{id}/rotate": { path: { "id": string }; query: Record<never, never>; body: {
/** How long the text from before is accepted, too. Default: 0, not at all. */ "grace_seconds"?: number
}; answer: {
"code": 200
"data": {
"id": string
/** The id of its tenant. */ "tenant": string
"tenant_name": string
"name": string
/** The first characters, to recognise it by. */ "prefix": string
/** `live` tasks are paid; `test` tasks run on the sandbox. */ "mode": "live" | "test"
"role": "admin" | "member"
"models": (string[] | null)
"requests_per_minute": (number | null)
"tokens_per_minute": (number | null)
"max_concurrent": (number | null)
"spend_limit_points": (number | null)
"spend_limit_usd": (number | null)
"daily_limit_points": (number | null)
"daily_limit_usd": (number | null)
"monthly_limit_points": (number | null)
"monthly_limit_usd": (number | null)
/** What its calls have cost, and its tasks hold and have consumed, in this day of UTC. */ "spent_today_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "spent_today_usd": number
/** The same in this month of UTC. */ "spent_this_month_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "spent_this_month_usd": number
/** What its tasks hold and have consumed. */ "spent_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "spent_usd": number
"created_at": string
"expires_at": (string | null)
"revoked_at": (string | null)
/** To the minute; null = never. */ "last_used_at": (string | null)
/** Until when the text from before the last rotation is accepted, too. */ "previous_valid_until": (string | null)
/** The key itself. Only its hash is stored: it cannot be shown again. */ "key": string
}
"message": string
} }
  "GET /api/admin/ledger": { path: Record<never, never>; query: { "tenant"?: string; "from"?: string; "to"?: string; "limit"?: number; "cursor"?: string; "format"?: "json" | "csv" | "pdf"; "language"?: "en" | "zh" }; body: undefined; answer: {
"code": 200
"data": {
"items": ({
"id": string
/** `credit`; `refund`, which takes credit of a payment back or returns it; `hold` and `settle`, its end, of a task; `allow`, `calls` and `return` for what is held, paid and given back of calls. */ "kind": string
"at": string
"task_id": (string | null)
"key_id": (string | null)
"memo": (string | null)
/** What it added to the available points. */ "available_change_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "available_change_usd": number
/** What it added to the held points. */ "held_change_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "held_change_usd": number
/** What was paid by it. */ "consumed_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "consumed_usd": number
/** The available points after it. */ "available_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "available_usd": number
/** The held points after it. */ "held_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "held_usd": number
})[]
/** For the next page; null = this is the last one. */ "next_cursor": (string | null)
}
"message": string
} }
  "GET /api/admin/margins": { path: Record<never, never>; query: { "from"?: string; "to"?: string; "by"?: "operation" | "tenant" | "provider" | "account" | "day" }; body: undefined; answer: {
"code": 200
"data": {
"from": string
"to": string
"by": "operation" | "tenant" | "provider" | "account" | "day"
"rows": ({
/** Null = the tasks had none. */ "key": (string | null)
"tasks": number
"revenue": {
/** 10,000,000 points are 1 USD. */ "points": number
"usd": number
}
"cost": {
/** 10,000,000 points are 1 USD. */ "points": number
"usd": number
}
"margin": {
/** 10,000,000 points are 1 USD. */ "points": number
"usd": number
}
/** Completed tasks whose cost is unknown: the margin is too high by it. */ "unknown_cost": number
})[]
"total": {
"tasks": number
"revenue": {
/** 10,000,000 points are 1 USD. */ "points": number
"usd": number
}
"cost": {
/** 10,000,000 points are 1 USD. */ "points": number
"usd": number
}
"margin": {
/** 10,000,000 points are 1 USD. */ "points": number
"usd": number
}
/** Completed tasks whose cost is unknown: the margin is too high by it. */ "unknown_cost": number
}
}
"message": string
} }
  "GET /api/admin/members": { path: Record<never, never>; query: { "tenant"?: string; "limit"?: number; "cursor"?: string }; body: undefined; answer: {
"code": 200
"data": {
"items": ({
/** Of the person. */ "id": string
"name": string
"email": string
/** owner: everything of the tenant; member: makes tasks; viewer: reads. */ "role": "owner" | "member" | "viewer"
/** An operator may do everything, whatever the role. */ "operator": boolean
"joined_at": string
})[]
/** For the next page; null = this is the last one. */ "next_cursor": (string | null)
}
"message": string
} }
  "POST /api/admin/members": { path: Record<never, never>; query: Record<never, never>; body: {
/** The name or the id of a tenant. Default: the first tenant. */ "tenant"?: string
/** The id or the e-mail address of a person. */ "person": string
/** owner: everything of the tenant; member: makes tasks; viewer: reads. */ "role": "owner" | "member" | "viewer"
}; answer: {
"code": 200
"data": {
/** Of the person. */ "id": string
"name": string
"email": string
/** owner: everything of the tenant; member: makes tasks; viewer: reads. */ "role": "owner" | "member" | "viewer"
/** An operator may do everything, whatever the role. */ "operator": boolean
"joined_at": string
}
"message": string
} }
  "PATCH /api/admin/members/{tenant}/{id}": { path: { "tenant": string; "id": string }; query: Record<never, never>; body: {
/** owner: everything of the tenant; member: makes tasks; viewer: reads. */ "role": "owner" | "member" | "viewer"
}; answer: {
"code": 200
"data": {
/** Of the person. */ "id": string
"name": string
"email": string
/** owner: everything of the tenant; member: makes tasks; viewer: reads. */ "role": "owner" | "member" | "viewer"
/** An operator may do everything, whatever the role. */ "operator": boolean
"joined_at": string
}
"message": string
} }
  "DELETE /api/admin/members/{tenant}/{id}": { path: { "tenant": string; "id": string }; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": {
"id": string
"removed": true
}
"message": string
} }
  "GET /api/admin/payments": { path: Record<never, never>; query: { "tenant"?: string; "limit"?: number; "cursor"?: string }; body: undefined; answer: {
"code": 200
"data": {
"items": ({
"id": string
"provider": string
/** Its id at the provider. */ "external_id": (string | null)
/** The credit that it becomes. */ "amount_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "amount_usd": number
"status": "open" | "paid" | "expired" | "failed"
"tenant": string
"created_by": string
"created_at": string
"ended_at": (string | null)
})[]
/** For the next page; null = this is the last one. */ "next_cursor": (string | null)
}
"message": string
} }
  "GET /api/admin/people": { path: Record<never, never>; query: { "search"?: string; "limit"?: number; "cursor"?: string }; body: undefined; answer: {
"code": 200
"data": {
"items": ({
"id": string
"email": string
"name": string
/** May do everything. */ "operator": boolean
"two_factor": boolean
/** Since when they may not sign in. */ "blocked_at": (string | null)
"created_at": string
"tenants": ({
"id": string
"name": string
/** owner: everything of the tenant; member: makes tasks; viewer: reads. */ "role": "owner" | "member" | "viewer"
})[]
})[]
/** For the next page; null = this is the last one. */ "next_cursor": (string | null)
}
"message": string
} }
  "POST /api/admin/people": { path: Record<never, never>; query: Record<never, never>; body: {
"email": string
/** As others see it. */ "name": string
/** May do everything. Default: false. */ "operator"?: boolean
/** The name or the id of a tenant. Default: the first tenant. */ "tenant"?: string
/** owner: everything of the tenant; member: makes tasks; viewer: reads. */ "role"?: "owner" | "member" | "viewer"
}; answer: {
"code": 200
"data": {
"id": string
"email": string
"name": string
/** May do everything. */ "operator": boolean
"two_factor": boolean
/** Since when they may not sign in. */ "blocked_at": (string | null)
"created_at": string
"tenants": ({
"id": string
"name": string
/** owner: everything of the tenant; member: makes tasks; viewer: reads. */ "role": "owner" | "member" | "viewer"
})[]
"person": string
/** Sets another password, once. Only its hash is stored. */ "link": string
"token": string
"expires_at": string
}
"message": string
} }
  "GET /api/admin/people/{person}": { path: { "person": string }; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": {
"id": string
"email": string
"name": string
/** May do everything. */ "operator": boolean
"two_factor": boolean
/** Since when they may not sign in. */ "blocked_at": (string | null)
"created_at": string
"tenants": ({
"id": string
"name": string
/** owner: everything of the tenant; member: makes tasks; viewer: reads. */ "role": "owner" | "member" | "viewer"
})[]
}
"message": string
} }
  "PATCH /api/admin/people/{person}": { path: { "person": string }; query: Record<never, never>; body: {
"operator"?: boolean
"blocked"?: boolean
/** As others see it. */ "name"?: string
}; answer: {
"code": 200
"data": {
"id": string
"email": string
"name": string
/** May do everything. */ "operator": boolean
"two_factor": boolean
/** Since when they may not sign in. */ "blocked_at": (string | null)
"created_at": string
"tenants": ({
"id": string
"name": string
/** owner: everything of the tenant; member: makes tasks; viewer: reads. */ "role": "owner" | "member" | "viewer"
})[]
}
"message": string
} }
  "DELETE /api/admin/people/{person}": { path: { "person": string }; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": {
"id": string
"removed": true
}
"message": string
} }
  "POST /api/admin/people/{person}/reset": { path: { "person": string }; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": {
"person": string
/** Sets another password, once. Only its hash is stored. */ "link": string
"token": string
"expires_at": string
}
"message": string
} }
  "GET /api/admin/people/{person}/sessions": { path: { "person": string }; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": {
"items": ({
"id": string
"created_at": string
"expires_at": string
"address": (string | null)
"user_agent": (string | null)
})[]
}
"message": string
} }
  "POST /api/admin/people/{person}/sign-out": { path: { "person": string }; query: Record<never, never>; body: {
/** Only this one. Default: all. */ "session"?: string
}; answer: {
"code": 200
"data": {
"person": string
"ended": number
}
"message": string
} }
  "GET /api/admin/prices": { path: Record<never, never>; query: { "of"?: string; "tenant"?: string; "group"?: string }; body: undefined; answer: {
"code": 200
"data": ({
"id": string
/** An operation (`kling/video_generation`), a model (`kling`), or `*`. */ "of": string
/** Values that fields of the input must have: `{"resolution":"1080p"}`. */ "when": Record<string, (string | number | boolean)>
/** Null where a factor applies. */ "points": (number | null)
/** The same in USD. */ "usd": (number | null)
/** Null where an amount applies. */ "factor": (number | null)
/** The field that multiplies the amount. */ "per": (string | null)
"note": string
"begun_at": string
/** Null = in force. */ "ended_at": (string | null)
/** The id of the key that set it, or `command line`. */ "made_by": string
/** The tenant that it is for. */ "tenant": (string | null)
/** The group that it is for. */ "group": (string | null)
})[]
"message": string
} }
  "POST /api/admin/prices": { path: Record<never, never>; query: Record<never, never>; body: {
/** An operation (`kling/video_generation`), a model (`kling`), or `*`. */ "of": string
"when"?: (Record<string, (string | number | boolean)> | string)
/** Points for a task; 0 makes it free. */ "points"?: (number | null)
/** The same in USD. */ "usd"?: (number | null)
/** Multiplies the price for everyone or, in a rule for everyone, the list price. */ "factor"?: (number | null)
/** A field that is a number and multiplies points or usd, such as `duration`. */ "per"?: (string | null)
"note"?: string
/** The tenant that it is for, by id or name. */ "tenant"?: (string | null)
/** The group that it is for. */ "group"?: (string | null)
}; answer: {
"code": 200
"data": {
"id": string
/** An operation (`kling/video_generation`), a model (`kling`), or `*`. */ "of": string
/** Values that fields of the input must have: `{"resolution":"1080p"}`. */ "when": Record<string, (string | number | boolean)>
/** Null where a factor applies. */ "points": (number | null)
/** The same in USD. */ "usd": (number | null)
/** Null where an amount applies. */ "factor": (number | null)
/** The field that multiplies the amount. */ "per": (string | null)
"note": string
"begun_at": string
/** Null = in force. */ "ended_at": (string | null)
/** The id of the key that set it, or `command line`. */ "made_by": string
/** The tenant that it is for. */ "tenant": (string | null)
/** The group that it is for. */ "group": (string | null)
}
"message": string
} }
  "GET /api/admin/prices/export": { path: Record<never, never>; query: { "format"?: "csv" | "json" }; body: undefined; answer: {
"code": 200
"data": {
"format": "csv" | "json"
"text": string
}
"message": string
} }
  "POST /api/admin/prices/group": { path: Record<never, never>; query: Record<never, never>; body: {
"tenant": string
/** Null = none. */ "group": (string | null)
}; answer: {
"code": 200
"data": {
"tenant": string
/** Null = none. */ "group": (string | null)
}
"message": string
} }
  "GET /api/admin/prices/history": { path: Record<never, never>; query: { "of"?: string; "tenant"?: string; "group"?: string; "limit"?: number }; body: undefined; answer: {
"code": 200
"data": ({
"id": string
/** An operation (`kling/video_generation`), a model (`kling`), or `*`. */ "of": string
/** Values that fields of the input must have: `{"resolution":"1080p"}`. */ "when": Record<string, (string | number | boolean)>
/** Null where a factor applies. */ "points": (number | null)
/** The same in USD. */ "usd": (number | null)
/** Null where an amount applies. */ "factor": (number | null)
/** The field that multiplies the amount. */ "per": (string | null)
"note": string
"begun_at": string
/** Null = in force. */ "ended_at": (string | null)
/** The id of the key that set it, or `command line`. */ "made_by": string
/** The tenant that it is for. */ "tenant": (string | null)
/** The group that it is for. */ "group": (string | null)
})[]
"message": string
} }
  "POST /api/admin/prices/import": { path: Record<never, never>; query: Record<never, never>; body: {
"format"?: "csv" | "json"
/** The file. */ "text"?: string
/** The rules themselves, in place of a file. */ "rules"?: Record<string, unknown>[]
/** End the rules that are not in the file. Default: false. */ "replace"?: boolean
/** Show what would change, and store nothing. */ "dry_run"?: boolean
}; answer: {
"code": 200
"data": {
"dry_run": boolean
/** New rules; `id` is empty in a dry run. */ "begun": ({
"id": string
/** An operation (`kling/video_generation`), a model (`kling`), or `*`. */ "of": string
/** Values that fields of the input must have: `{"resolution":"1080p"}`. */ "when": Record<string, (string | number | boolean)>
/** Null where a factor applies. */ "points": (number | null)
/** The same in USD. */ "usd": (number | null)
/** Null where an amount applies. */ "factor": (number | null)
/** The field that multiplies the amount. */ "per": (string | null)
"note": string
"begun_at": string
/** Null = in force. */ "ended_at": (string | null)
/** The id of the key that set it, or `command line`. */ "made_by": string
/** The tenant that it is for. */ "tenant": (string | null)
/** The group that it is for. */ "group": (string | null)
})[]
"ended": ({
"id": string
/** An operation (`kling/video_generation`), a model (`kling`), or `*`. */ "of": string
/** Values that fields of the input must have: `{"resolution":"1080p"}`. */ "when": Record<string, (string | number | boolean)>
/** Null where a factor applies. */ "points": (number | null)
/** The same in USD. */ "usd": (number | null)
/** Null where an amount applies. */ "factor": (number | null)
/** The field that multiplies the amount. */ "per": (string | null)
"note": string
"begun_at": string
/** Null = in force. */ "ended_at": (string | null)
/** The id of the key that set it, or `command line`. */ "made_by": string
/** The tenant that it is for. */ "tenant": (string | null)
/** The group that it is for. */ "group": (string | null)
})[]
"unchanged": number
}
"message": string
} }
  "POST /api/admin/prices/preview": { path: Record<never, never>; query: Record<never, never>; body: {
"tenant"?: string
"of"?: string
"rules"?: ({
/** An operation (`kling/video_generation`), a model (`kling`), or `*`. */ "of": string
"when"?: (Record<string, (string | number | boolean)> | string)
/** Points for a task; 0 makes it free. */ "points"?: (number | null)
/** The same in USD. */ "usd"?: (number | null)
/** Multiplies the price for everyone or, in a rule for everyone, the list price. */ "factor"?: (number | null)
/** A field that is a number and multiplies points or usd, such as `duration`. */ "per"?: (string | null)
"note"?: string
/** The tenant that it is for, by id or name. */ "tenant"?: (string | null)
/** The group that it is for. */ "group"?: (string | null)
})[]
}; answer: {
"code": 200
"data": {
"operation": string
"title": string
/** What differs from the example of the operation; empty = nothing. */ "call": string
"list": {
/** 10,000,000 points are 1 USD. */ "points": number
"usd": number
}
"now": {
/** 10,000,000 points are 1 USD. */ "points": number
"usd": number
"rule": string
}
"proposed"?: {
/** 10,000,000 points are 1 USD. */ "points": number
"usd": number
"rule": string
}
}[]
"message": string
} }
  "DELETE /api/admin/prices/{id}": { path: { "id": string }; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": {
"id": string
/** An operation (`kling/video_generation`), a model (`kling`), or `*`. */ "of": string
/** Values that fields of the input must have: `{"resolution":"1080p"}`. */ "when": Record<string, (string | number | boolean)>
/** Null where a factor applies. */ "points": (number | null)
/** The same in USD. */ "usd": (number | null)
/** Null where an amount applies. */ "factor": (number | null)
/** The field that multiplies the amount. */ "per": (string | null)
"note": string
"begun_at": string
/** Null = in force. */ "ended_at": (string | null)
/** The id of the key that set it, or `command line`. */ "made_by": string
/** The tenant that it is for. */ "tenant": (string | null)
/** The group that it is for. */ "group": (string | null)
}
"message": string
} }
  "GET /api/admin/providers": { path: Record<never, never>; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": AccountProviderAdmin[]
"message": string
} }
  "GET /api/admin/reconcile": { path: Record<never, never>; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": {
"clean": boolean
"faults": {
"rule": string
"subject": string
"found": string
}[]
/** The sum of each account of the ledger. */ "points": Record<string, number>
"transactions": number
/** How many tasks there are by status. */ "tasks": Record<string, number>
}
"message": string
} }
  "POST /api/admin/reconcile": { path: Record<never, never>; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": {
"clean": boolean
"faults": {
"rule": string
"subject": string
"found": string
}[]
/** The sum of each account of the ledger. */ "points": Record<string, number>
"transactions": number
/** How many tasks there are by status. */ "tasks": Record<string, number>
}
"message": string
} }
  "GET /api/admin/retention": { path: Record<never, never>; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": {
/** How long records of tasks and calls are kept after their end. */ "record_days": number
/** How long output files are kept. */ "media_days": number
/** How long uploads are kept. */ "upload_hours": number
/** How long files for calls, and results of batches, are kept. */ "call_file_days": number
"times": ({
"name": "record_days" | "media_days" | "upload_hours" | "call_file_days"
"value": number
/** What holds when nothing is stored. */ "default": number
/** What was chosen here; null = nothing. */ "stored": (number | null)
/** The setting that comes before what is stored. */ "setting": string
/** Whether that setting is given, so that it cannot be chosen here. */ "is_fixed": boolean
})[]
}
"message": string
} }
  "PATCH /api/admin/retention": { path: Record<never, never>; query: Record<never, never>; body: {
"record_days"?: (number | null)
"media_days"?: (number | null)
"upload_hours"?: (number | null)
"call_file_days"?: (number | null)
}; answer: {
"code": 200
"data": {
/** How long records of tasks and calls are kept after their end. */ "record_days": number
/** How long output files are kept. */ "media_days": number
/** How long uploads are kept. */ "upload_hours": number
/** How long files for calls, and results of batches, are kept. */ "call_file_days": number
"times": ({
"name": "record_days" | "media_days" | "upload_hours" | "call_file_days"
"value": number
/** What holds when nothing is stored. */ "default": number
/** What was chosen here; null = nothing. */ "stored": (number | null)
/** The setting that comes before what is stored. */ "setting": string
/** Whether that setting is given, so that it cannot be chosen here. */ "is_fixed": boolean
})[]
}
"message": string
} }
  "GET /api/admin/routing": { path: Record<never, never>; query: { "operation"?: string }; body: undefined; answer: {
"code": 200
"data": {
"queues": ({
"pool": string
"operation": string
/** Whose accounts the pool has; null = the operator’s. */ "tenant": (string | null)
/** The one account that can continue the work of these tasks. */ "account": (string | null)
"waiting": number
"oldest_at": string
/** Accounts of the pool that would be given one now. */ "takers": number
})[]
"accounts": ({
"id": string
"provider": string
"name": string
/** null = the operator’s. */ "tenant": (string | null)
"state": "connected" | "limited" | "cooling_down" | "moderation_strike" | "expired_credential" | "disabled"
"reason": string
"draining": boolean
"slots": number
"running": number
"begun_today": number
"daily_cap": (number | null)
"priority": number
"weight": number
/** Whether it would be given a task now. */ "takes_work": boolean
})[]
}
"message": string
} }
  "GET /api/admin/tasks": { path: Record<never, never>; query: { "tenant"?: string; "status"?: ("staged" | "pending" | "submitting" | "uncertain" | "processing" | "completed" | "failed" | "cancelled")[]; "operation"?: string; "key"?: string; "mode"?: "live" | "test"; "from"?: string; "to"?: string; "limit"?: number; "cursor"?: string }; body: undefined; answer: {
"code": 200
"data": {
"items": ({
"id": string
"tenant": string
/** The id of its key. */ "key": string
/** `live` tasks are paid; `test` tasks run on the sandbox. */ "mode": "live" | "test"
"operation": string
"model": string
"task_type": string
/** The protocol in which it was submitted. */ "dialect": string
"status": "staged" | "pending" | "submitting" | "uncertain" | "processing" | "completed" | "failed" | "cancelled"
"progress": number
"provider": (string | null)
"account": (string | null)
"attempts": number
/** Its hold. */ "price_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "price_usd": number
/** What was paid for it. */ "consumed_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "consumed_usd": number
"error": ({
"code": string
"message": string
"detail"?: string
} | null)
"created_at": string
"started_at": (string | null)
"ended_at": (string | null)
})[]
/** For the next page; null = this is the last one. */ "next_cursor": (string | null)
}
"message": string
} }
  "GET /api/admin/tasks/{id}": { path: { "id": string }; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": {
"id": string
"tenant": string
/** The id of its key. */ "key": string
/** `live` tasks are paid; `test` tasks run on the sandbox. */ "mode": "live" | "test"
"operation": string
"model": string
"task_type": string
/** The protocol in which it was submitted. */ "dialect": string
"status": "staged" | "pending" | "submitting" | "uncertain" | "processing" | "completed" | "failed" | "cancelled"
"progress": number
"provider": (string | null)
"account": (string | null)
"attempts": number
/** Its hold. */ "price_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "price_usd": number
/** What was paid for it. */ "consumed_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "consumed_usd": number
"error": ({
"code": string
"message": string
"detail"?: string
} | null)
"created_at": string
"started_at": (string | null)
"ended_at": (string | null)
"input": unknown
/** With URLs to open. */ "output": unknown
/** The URLs in its output. */ "files": string[]
"logs": string[]
"pool": string
"parent_task_id": (string | null)
"batch_id": (string | null)
"external_id": (string | null)
/** The request by which it was submitted. */ "request_id": (string | null)
/** What set its price: a rule, `list` or `environment`. */ "price_rule": (string | null)
/** What the vendor took; null = unknown. */ "cost_points": (number | null)
/** `vendor`, `rule` or `free`. */ "cost_source": (string | null)
"webhook_url": (string | null)
"deadline_at": string
"attempt_list": ({
"number": number
"provider": string
"account": string
"outcome": string
"reason": (string | null)
"begun_at": string
"ended_at": (string | null)
})[]
"deliveries": ({
"id": string
"tenant": string
/** The task, or the batch. */ "task_id": string
"url": string
"status": "pending" | "delivered" | "failed"
"attempts": number
"created_at": string
"next_attempt_at": (string | null)
"log": ({
"at": string
"duration_ms": number
"http_status": (number | null)
"error": (string | null)
})[]
})[]
}
"message": string
} }
  "POST /api/admin/tasks/{id}/cancel": { path: { "id": string }; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": {
"id": string
"tenant": string
/** The id of its key. */ "key": string
/** `live` tasks are paid; `test` tasks run on the sandbox. */ "mode": "live" | "test"
"operation": string
"model": string
"task_type": string
/** The protocol in which it was submitted. */ "dialect": string
"status": "staged" | "pending" | "submitting" | "uncertain" | "processing" | "completed" | "failed" | "cancelled"
"progress": number
"provider": (string | null)
"account": (string | null)
"attempts": number
/** Its hold. */ "price_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "price_usd": number
/** What was paid for it. */ "consumed_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "consumed_usd": number
"error": ({
"code": string
"message": string
"detail"?: string
} | null)
"created_at": string
"started_at": (string | null)
"ended_at": (string | null)
}
"message": string
} }
  "GET /api/admin/tenants": { path: Record<never, never>; query: { "search"?: string; "limit"?: number; "cursor"?: string }; body: undefined; answer: {
"code": 200
"data": {
"items": ({
"id": string
"name": string
/** The first tenant, to which the admin keys belong. */ "operator": boolean
"created_at": string
/** Since when new tasks are refused; null = they are not. */ "frozen_at": (string | null)
/** Unfinished tasks at once; more are parked. null = no limit. */ "max_concurrent": (number | null)
/** Parked tasks at once; more are refused. */ "max_staged": number
"default_pool": "private" | "public"
"falls_back": boolean
/** What it can spend. */ "available_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "available_usd": number
/** What its unfinished tasks hold. */ "held_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "held_usd": number
/** All credit that was ever booked for it. */ "credited_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "credited_usd": number
"unfinished": number
"parked": number
})[]
/** For the next page; null = this is the last one. */ "next_cursor": (string | null)
}
"message": string
} }
  "POST /api/admin/tenants": { path: Record<never, never>; query: Record<never, never>; body: {
/** Unique among the tenants. */ "name": string
/** Unfinished tasks at once; more are parked. null = no limit. */ "max_concurrent"?: (number | null)
/** Parked tasks at once; more are refused. */ "max_staged"?: number
}; answer: {
"code": 200
"data": {
"id": string
"name": string
/** The first tenant, to which the admin keys belong. */ "operator": boolean
"created_at": string
/** Since when new tasks are refused; null = they are not. */ "frozen_at": (string | null)
/** Unfinished tasks at once; more are parked. null = no limit. */ "max_concurrent": (number | null)
/** Parked tasks at once; more are refused. */ "max_staged": number
"default_pool": "private" | "public"
"falls_back": boolean
/** What it can spend. */ "available_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "available_usd": number
/** What its unfinished tasks hold. */ "held_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "held_usd": number
/** All credit that was ever booked for it. */ "credited_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "credited_usd": number
"unfinished": number
"parked": number
}
"message": string
} }
  "GET /api/admin/tenants/{tenant}": { path: { "tenant": string }; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": {
"id": string
"name": string
/** The first tenant, to which the admin keys belong. */ "operator": boolean
"created_at": string
/** Since when new tasks are refused; null = they are not. */ "frozen_at": (string | null)
/** Unfinished tasks at once; more are parked. null = no limit. */ "max_concurrent": (number | null)
/** Parked tasks at once; more are refused. */ "max_staged": number
"default_pool": "private" | "public"
"falls_back": boolean
/** What it can spend. */ "available_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "available_usd": number
/** What its unfinished tasks hold. */ "held_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "held_usd": number
/** All credit that was ever booked for it. */ "credited_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "credited_usd": number
"unfinished": number
"parked": number
}
"message": string
} }
  "PATCH /api/admin/tenants/{tenant}": { path: { "tenant": string }; query: Record<never, never>; body: {
/** Unique among the tenants. */ "name"?: string
/** Unfinished tasks at once; more are parked. null = no limit. */ "max_concurrent"?: (number | null)
/** Parked tasks at once; more are refused. */ "max_staged"?: number
"default_pool"?: "private" | "public"
"falls_back"?: boolean
}; answer: {
"code": 200
"data": {
"id": string
"name": string
/** The first tenant, to which the admin keys belong. */ "operator": boolean
"created_at": string
/** Since when new tasks are refused; null = they are not. */ "frozen_at": (string | null)
/** Unfinished tasks at once; more are parked. null = no limit. */ "max_concurrent": (number | null)
/** Parked tasks at once; more are refused. */ "max_staged": number
"default_pool": "private" | "public"
"falls_back": boolean
/** What it can spend. */ "available_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "available_usd": number
/** What its unfinished tasks hold. */ "held_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "held_usd": number
/** All credit that was ever booked for it. */ "credited_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "credited_usd": number
"unfinished": number
"parked": number
}
"message": string
} }
  "DELETE /api/admin/tenants/{tenant}": { path: { "tenant": string }; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": {
"id": string
"deleted": true
}
"message": string
} }
  "POST /api/admin/tenants/{tenant}/freeze": { path: { "tenant": string }; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": {
"id": string
"name": string
/** The first tenant, to which the admin keys belong. */ "operator": boolean
"created_at": string
/** Since when new tasks are refused; null = they are not. */ "frozen_at": (string | null)
/** Unfinished tasks at once; more are parked. null = no limit. */ "max_concurrent": (number | null)
/** Parked tasks at once; more are refused. */ "max_staged": number
"default_pool": "private" | "public"
"falls_back": boolean
/** What it can spend. */ "available_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "available_usd": number
/** What its unfinished tasks hold. */ "held_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "held_usd": number
/** All credit that was ever booked for it. */ "credited_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "credited_usd": number
"unfinished": number
"parked": number
}
"message": string
} }
  "POST /api/admin/tenants/{tenant}/unfreeze": { path: { "tenant": string }; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": {
"id": string
"name": string
/** The first tenant, to which the admin keys belong. */ "operator": boolean
"created_at": string
/** Since when new tasks are refused; null = they are not. */ "frozen_at": (string | null)
/** Unfinished tasks at once; more are parked. null = no limit. */ "max_concurrent": (number | null)
/** Parked tasks at once; more are refused. */ "max_staged": number
"default_pool": "private" | "public"
"falls_back": boolean
/** What it can spend. */ "available_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "available_usd": number
/** What its unfinished tasks hold. */ "held_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "held_usd": number
/** All credit that was ever booked for it. */ "credited_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "credited_usd": number
"unfinished": number
"parked": number
}
"message": string
} }
  "GET /api/admin/usage": { path: Record<never, never>; query: { "tenant"?: string; "mode"?: "live" | "test"; "by"?: "day" | "model" | "operation" | "key"; "from"?: string; "to"?: string; "daily"?: boolean; "key"?: string }; body: undefined; answer: {
"code": 200
"data": {
"from": string
"to": string
"by": "day" | "model" | "operation" | "key"
"items": {
/** A UTC day, a model, an operation, or the id of a key. */ "group": string
/** The UTC day, with `daily`. */ "day"?: string
/** Tasks on record that were created in the period. */ "tasks": number
"completed": number
"failed": number
"cancelled": number
/** Calls on record that were answered on the spot in the period. */ "calls": number
/** What was paid in the period. */ "consumed_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "consumed_usd": number
}[]
"total": {
/** Tasks on record that were created in the period. */ "tasks": number
"completed": number
"failed": number
"cancelled": number
/** Calls on record that were answered on the spot in the period. */ "calls": number
/** What was paid in the period. */ "consumed_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "consumed_usd": number
}
}
"message": string
} }
  "GET /api/admin/webhook-secret": { path: Record<never, never>; query: { "tenant"?: string; "mode"?: "live" | "test" }; body: undefined; answer: {
"code": 200
"data": {
"tenant": string
/** `live` tasks are paid; `test` tasks run on the sandbox. */ "mode": "live" | "test"
/** As libraries of Standard Webhooks take it: whsec_… */ "secret": string
}
"message": string
} }
  "GET /api/admin/webhooks": { path: Record<never, never>; query: { "tenant"?: string; "task"?: string; "status"?: "pending" | "delivered" | "failed"; "limit"?: number; "cursor"?: string }; body: undefined; answer: {
"code": 200
"data": {
"items": ({
"id": string
"tenant": string
/** The task, or the batch. */ "task_id": string
"url": string
"status": "pending" | "delivered" | "failed"
"attempts": number
"created_at": string
"next_attempt_at": (string | null)
"log": ({
"at": string
"duration_ms": number
"http_status": (number | null)
"error": (string | null)
})[]
})[]
/** For the next page; null = this is the last one. */ "next_cursor": (string | null)
}
"message": string
} }
  "POST /api/admin/webhooks/{id}/replay": { path: { "id": string }; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": {
"id": string
"replayed": true
}
"message": string
} }
  "GET /api/status": { path: Record<never, never>; query: Record<never, never>; body: undefined; answer: {
"success": true
"message": string
/** What clients of one-api and new-api read. */ "data": {
"version": string
/** Unix seconds. */ "start_time": number
"system_name": string
/** Units of quota in a USD. */ "quota_per_unit": number
"display_in_currency": boolean
"quota_display_type"?: string
}
"name": string
"version": string
"store": string
"uptimeSeconds": number
/** The operations that a live key can request now. */ "operations": string[]
/** The providers for live keys, with how many accounts of the operator. */ "providers": {
"id": string
"accounts": number
"connected": number
}[]
} }
  "GET /api/v1/account/pool": { path: Record<never, never>; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": {
/** The pool of tasks that name none; `private` applies only where you have an account for the operation. */ "default_pool": "private" | "public"
/** Whether tasks go to the public pool when none of your accounts can perform them. */ "falls_back": boolean
}
"message": string
} }
  "PATCH /api/v1/account/pool": { path: Record<never, never>; query: Record<never, never>; body: AccountPool; answer: {
"code": 200
"data": {
/** The pool of tasks that name none; `private` applies only where you have an account for the operation. */ "default_pool": "private" | "public"
/** Whether tasks go to the public pool when none of your accounts can perform them. */ "falls_back": boolean
}
"message": string
} }
  "GET /api/v1/accounts": { path: Record<never, never>; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": Account[]
"message": string
} }
  "POST /api/v1/accounts": { path: Record<never, never>; query: Record<never, never>; body: AccountNew; answer: {
"code": 200
"data": Account
"message": string
} }
  "GET /api/v1/accounts/{id}": { path: { "id": string }; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": Account
"message": string
} }
  "PATCH /api/v1/accounts/{id}": { path: { "id": string }; query: Record<never, never>; body: AccountChange; answer: {
"code": 200
"data": Account
"message": string
} }
  "DELETE /api/v1/accounts/{id}": { path: { "id": string }; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": {
"id": string
"removed": true
}
"message": string
} }
  "GET /api/v1/accounts/{id}/debug": { path: { "id": string }; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": AccountFindings
"message": string
} }
  "POST /api/v1/accounts/{id}/disable": { path: { "id": string }; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": Account
"message": string
} }
  "POST /api/v1/accounts/{id}/drain": { path: { "id": string }; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": Account
"message": string
} }
  "POST /api/v1/accounts/{id}/enable": { path: { "id": string }; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": Account
"message": string
} }
  "POST /api/v1/accounts/{id}/resume": { path: { "id": string }; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": Account
"message": string
} }
  "POST /api/v1/accounts/{id}/test": { path: { "id": string }; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": AccountTest
"message": string
} }
  "GET /api/v1/announcements": { path: Record<never, never>; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": {
"items": ({
"id": string
"text": string
/** `warning` is shown in a louder colour. Default: info. */ "tone": "info" | "warning"
"begins_at": string
"ends_at": (string | null)
})[]
}
"message": string
} }
  "GET /api/v1/balance-notice": { path: Record<never, never>; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": {
/** Notice of less than this to spend; null = no notice. */ "below_points": (number | null)
/** The same in USD. */ "below_usd": (number | null)
/** Where it is posted, signed as webhooks are. */ "url": (string | null)
/** Where it is mailed. */ "email": (string | null)
/** Whether this gateway can send e-mail. */ "sends_mail": boolean
}
"message": string
} }
  "PATCH /api/v1/balance-notice": { path: Record<never, never>; query: Record<never, never>; body: {
"below_usd"?: (number | null)
"below_points"?: (number | null)
"url"?: (string | null)
"email"?: (string | null)
}; answer: {
"code": 200
"data": {
/** Notice of less than this to spend; null = no notice. */ "below_points": (number | null)
/** The same in USD. */ "below_usd": (number | null)
/** Where it is posted, signed as webhooks are. */ "url": (string | null)
/** Where it is mailed. */ "email": (string | null)
/** Whether this gateway can send e-mail. */ "sends_mail": boolean
}
"message": string
} }
  "GET /api/v1/calls": { path: Record<never, never>; query: { "from"?: string; "to"?: string; "limit"?: number; "cursor"?: string; "key"?: string; "model"?: string }; body: undefined; answer: {
"code": 200
"data": {
"items": ({
"id": string
"tenant_id": string
"key_id": string
/** `live` tasks are paid; `test` tasks run on the sandbox. */ "mode": "live" | "test"
"request_id": (string | null)
"endpoint": string
/** As the caller named it. */ "model": string
/** The batch whose line it answered; null = it was asked for by itself. */ "batch_id": (string | null)
"provider": (string | null)
"account": (string | null)
/** As the provider was told; null = none answered. */ "vendor_model": (string | null)
"status": number
"outcome": "completed" | "failed" | "cut"
"error_code": (string | null)
"streamed": boolean
/** Tokens and other units. */ "usage": (Record<string, number> | null)
/** The provider did not report the usage: it was counted by the characters of request and answer. */ "usage_estimated": boolean
/** How the provider worked, where that changes the price of tokens. */ "service_tier": ("priority" | "flex" | "fast" | null)
/** What it cost. */ "price_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "price_usd": number
/** The accounts that were asked before, and why they did not answer. */ "tried": {
"account": string
"reason": string
}[]
"at": string
"first_byte_ms": (number | null)
"duration_ms": number
})[]
/** For the next page; null = this is the last one. */ "next_cursor": (string | null)
}
"message": string
} }
  "POST /api/v1/codes/redeem": { path: Record<never, never>; query: Record<never, never>; body: {
/** In any case, with or without its dashes. */ "code": string
}; answer: {
"code": 200
"data": {
"id": string
/** What was booked. */ "amount_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "amount_usd": number
/** What can be spent now. */ "available_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "available_usd": number
}
"message": string
} }
  "GET /api/v1/deliveries": { path: Record<never, never>; query: { "task"?: string; "limit"?: number; "cursor"?: string }; body: undefined; answer: {
"code": 200
"data": {
"items": ({
"id": string
"tenant": string
/** The task, or the batch. */ "task_id": string
"url": string
"status": "pending" | "delivered" | "failed"
"attempts": number
"created_at": string
"next_attempt_at": (string | null)
"log": ({
"at": string
"duration_ms": number
"http_status": (number | null)
"error": (string | null)
})[]
})[]
/** For the next page; null = this is the last one. */ "next_cursor": (string | null)
}
"message": string
} }
  "GET /api/v1/deliveries/{id}": { path: { "id": string }; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": {
"id": string
"tenant": string
/** The task, or the batch. */ "task_id": string
"url": string
"status": "pending" | "delivered" | "failed"
"attempts": number
"created_at": string
"next_attempt_at": (string | null)
"log": ({
"at": string
"duration_ms": number
"http_status": (number | null)
"error": (string | null)
})[]
/** What was sent, as it was sent. */ "body": string
}
"message": string
} }
  "POST /api/v1/deliveries/{id}/replay": { path: { "id": string }; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": {
"id": string
"replayed": true
}
"message": string
} }
  "GET /api/v1/invitations": { path: Record<never, never>; query: { "limit"?: number; "cursor"?: string }; body: undefined; answer: {
"code": 200
"data": {
"items": ({
"id": string
"tenant": string
/** owner: everything of the tenant; member: makes tasks; viewer: reads. */ "role": "owner" | "member" | "viewer"
/** Who alone may accept it. */ "email": (string | null)
/** `person:ID`, the id of a key, or `command line`. */ "invited_by": string
"created_at": string
"expires_at": string
"accepted_at": (string | null)
/** A person. */ "accepted_by": (string | null)
"revoked_at": (string | null)
})[]
/** For the next page; null = this is the last one. */ "next_cursor": (string | null)
}
"message": string
} }
  "POST /api/v1/invitations": { path: Record<never, never>; query: Record<never, never>; body: {
/** owner: everything of the tenant; member: makes tasks; viewer: reads. */ "role": "owner" | "member" | "viewer"
/** The only address that may accept it. Default: anyone with the link. */ "email"?: string
/** How long it can be accepted. Default: 7. */ "days"?: number
}; answer: {
"code": 200
"data": {
"id": string
"tenant": string
/** owner: everything of the tenant; member: makes tasks; viewer: reads. */ "role": "owner" | "member" | "viewer"
/** Who alone may accept it. */ "email": (string | null)
/** `person:ID`, the id of a key, or `command line`. */ "invited_by": string
"created_at": string
"expires_at": string
"accepted_at": (string | null)
/** A person. */ "accepted_by": (string | null)
"revoked_at": (string | null)
/** Only its hash is stored: it cannot be shown again. */ "token": string
/** Send it to whom you invite. */ "link": string
}
"message": string
} }
  "DELETE /api/v1/invitations/{id}": { path: { "id": string }; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": {
"id": string
"revoked": true
}
"message": string
} }
  "GET /api/v1/keys": { path: Record<never, never>; query: { "search"?: string; "limit"?: number; "cursor"?: string }; body: undefined; answer: {
"code": 200
"data": {
"items": ({
"id": string
/** The id of its tenant. */ "tenant": string
"tenant_name": string
"name": string
/** The first characters, to recognise it by. */ "prefix": string
/** `live` tasks are paid; `test` tasks run on the sandbox. */ "mode": "live" | "test"
"role": "admin" | "member"
"models": (string[] | null)
"requests_per_minute": (number | null)
"tokens_per_minute": (number | null)
"max_concurrent": (number | null)
"spend_limit_points": (number | null)
"spend_limit_usd": (number | null)
"daily_limit_points": (number | null)
"daily_limit_usd": (number | null)
"monthly_limit_points": (number | null)
"monthly_limit_usd": (number | null)
/** What its calls have cost, and its tasks hold and have consumed, in this day of UTC. */ "spent_today_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "spent_today_usd": number
/** The same in this month of UTC. */ "spent_this_month_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "spent_this_month_usd": number
/** What its tasks hold and have consumed. */ "spent_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "spent_usd": number
"created_at": string
"expires_at": (string | null)
"revoked_at": (string | null)
/** To the minute; null = never. */ "last_used_at": (string | null)
/** Until when the text from before the last rotation is accepted, too. */ "previous_valid_until": (string | null)
})[]
/** For the next page; null = this is the last one. */ "next_cursor": (string | null)
}
"message": string
} }
  "POST /api/v1/keys": { path: Record<never, never>; query: Record<never, never>; body: {
/** What the key is for. */ "name": string
/** `live` tasks are paid; `test` tasks run on the sandbox. */ "mode"?: "live" | "test"
/** Only these models; "*" at the end of a name stands for any rest. null = all. */ "models"?: (string[] | null)
/** null = no limit. */ "requests_per_minute"?: (number | null)
/** Tokens of calls, read and made; null = no limit. */ "tokens_per_minute"?: (number | null)
/** Unfinished tasks at once; more are parked. null = no limit. */ "max_concurrent"?: (number | null)
/** What it may spend in all, in points; null = no limit. */ "spend_limit_points"?: (number | null)
/** The same in USD: name one of the two. */ "spend_limit_usd"?: (number | null)
/** What it may spend in a day of UTC, in points; null = no limit. */ "daily_limit_points"?: (number | null)
/** The same in USD: name one of the two. */ "daily_limit_usd"?: (number | null)
/** What it may spend in a month of UTC, in points; null = no limit. */ "monthly_limit_points"?: (number | null)
/** The same in USD: name one of the two. */ "monthly_limit_usd"?: (number | null)
/** An RFC 3339 time; null = never. */ "expires_at"?: (string | null)
}; answer: {
"code": 200
"data": {
"id": string
/** The id of its tenant. */ "tenant": string
"tenant_name": string
"name": string
/** The first characters, to recognise it by. */ "prefix": string
/** `live` tasks are paid; `test` tasks run on the sandbox. */ "mode": "live" | "test"
"role": "admin" | "member"
"models": (string[] | null)
"requests_per_minute": (number | null)
"tokens_per_minute": (number | null)
"max_concurrent": (number | null)
"spend_limit_points": (number | null)
"spend_limit_usd": (number | null)
"daily_limit_points": (number | null)
"daily_limit_usd": (number | null)
"monthly_limit_points": (number | null)
"monthly_limit_usd": (number | null)
/** What its calls have cost, and its tasks hold and have consumed, in this day of UTC. */ "spent_today_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "spent_today_usd": number
/** The same in this month of UTC. */ "spent_this_month_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "spent_this_month_usd": number
/** What its tasks hold and have consumed. */ "spent_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "spent_usd": number
"created_at": string
"expires_at": (string | null)
"revoked_at": (string | null)
/** To the minute; null = never. */ "last_used_at": (string | null)
/** Until when the text from before the last rotation is accepted, too. */ "previous_valid_until": (string | null)
/** The key itself. Only its hash is stored: it cannot be shown again. */ "key": string
}
"message": string
} }
  "GET /api/v1/keys/{id}": { path: { "id": string }; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": {
"id": string
/** The id of its tenant. */ "tenant": string
"tenant_name": string
"name": string
/** The first characters, to recognise it by. */ "prefix": string
/** `live` tasks are paid; `test` tasks run on the sandbox. */ "mode": "live" | "test"
"role": "admin" | "member"
"models": (string[] | null)
"requests_per_minute": (number | null)
"tokens_per_minute": (number | null)
"max_concurrent": (number | null)
"spend_limit_points": (number | null)
"spend_limit_usd": (number | null)
"daily_limit_points": (number | null)
"daily_limit_usd": (number | null)
"monthly_limit_points": (number | null)
"monthly_limit_usd": (number | null)
/** What its calls have cost, and its tasks hold and have consumed, in this day of UTC. */ "spent_today_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "spent_today_usd": number
/** The same in this month of UTC. */ "spent_this_month_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "spent_this_month_usd": number
/** What its tasks hold and have consumed. */ "spent_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "spent_usd": number
"created_at": string
"expires_at": (string | null)
"revoked_at": (string | null)
/** To the minute; null = never. */ "last_used_at": (string | null)
/** Until when the text from before the last rotation is accepted, too. */ "previous_valid_until": (string | null)
}
"message": string
} }
  "PATCH /api/v1/keys/{id}": { path: { "id": string }; query: Record<never, never>; body: {
/** What the key is for. */ "name"?: string
/** Only these models; "*" at the end of a name stands for any rest. null = all. */ "models"?: (string[] | null)
/** null = no limit. */ "requests_per_minute"?: (number | null)
/** Tokens of calls, read and made; null = no limit. */ "tokens_per_minute"?: (number | null)
/** Unfinished tasks at once; more are parked. null = no limit. */ "max_concurrent"?: (number | null)
/** What it may spend in all, in points; null = no limit. */ "spend_limit_points"?: (number | null)
/** The same in USD: name one of the two. */ "spend_limit_usd"?: (number | null)
/** What it may spend in a day of UTC, in points; null = no limit. */ "daily_limit_points"?: (number | null)
/** The same in USD: name one of the two. */ "daily_limit_usd"?: (number | null)
/** What it may spend in a month of UTC, in points; null = no limit. */ "monthly_limit_points"?: (number | null)
/** The same in USD: name one of the two. */ "monthly_limit_usd"?: (number | null)
/** An RFC 3339 time; null = never. */ "expires_at"?: (string | null)
}; answer: {
"code": 200
"data": {
"id": string
/** The id of its tenant. */ "tenant": string
"tenant_name": string
"name": string
/** The first characters, to recognise it by. */ "prefix": string
/** `live` tasks are paid; `test` tasks run on the sandbox. */ "mode": "live" | "test"
"role": "admin" | "member"
"models": (string[] | null)
"requests_per_minute": (number | null)
"tokens_per_minute": (number | null)
"max_concurrent": (number | null)
"spend_limit_points": (number | null)
"spend_limit_usd": (number | null)
"daily_limit_points": (number | null)
"daily_limit_usd": (number | null)
"monthly_limit_points": (number | null)
"monthly_limit_usd": (number | null)
/** What its calls have cost, and its tasks hold and have consumed, in this day of UTC. */ "spent_today_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "spent_today_usd": number
/** The same in this month of UTC. */ "spent_this_month_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "spent_this_month_usd": number
/** What its tasks hold and have consumed. */ "spent_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "spent_usd": number
"created_at": string
"expires_at": (string | null)
"revoked_at": (string | null)
/** To the minute; null = never. */ "last_used_at": (string | null)
/** Until when the text from before the last rotation is accepted, too. */ "previous_valid_until": (string | null)
}
"message": string
} }
  "GET /api/v1/keys/{id}/pair": { path: { "id": string }; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": {
"access_key": string
"secret_key": string
}
"message": string
} }
  "POST /api/v1/keys/{id}/revoke": { path: { "id": string }; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": {
"id": string
"revoked": true
}
"message": string
} }
  "POST /api/v1/keys/{id}/rotate": { path: { "id": string }; query: Record<never, never>; body: {
/** How long the text from before is accepted, too. Default: 0, not at all. */ "grace_seconds"?: number
}; answer: {
"code": 200
"data": {
"id": string
/** The id of its tenant. */ "tenant": string
"tenant_name": string
"name": string
/** The first characters, to recognise it by. */ "prefix": string
/** `live` tasks are paid; `test` tasks run on the sandbox. */ "mode": "live" | "test"
"role": "admin" | "member"
"models": (string[] | null)
"requests_per_minute": (number | null)
"tokens_per_minute": (number | null)
"max_concurrent": (number | null)
"spend_limit_points": (number | null)
"spend_limit_usd": (number | null)
"daily_limit_points": (number | null)
"daily_limit_usd": (number | null)
"monthly_limit_points": (number | null)
"monthly_limit_usd": (number | null)
/** What its calls have cost, and its tasks hold and have consumed, in this day of UTC. */ "spent_today_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "spent_today_usd": number
/** The same in this month of UTC. */ "spent_this_month_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "spent_this_month_usd": number
/** What its tasks hold and have consumed. */ "spent_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "spent_usd": number
"created_at": string
"expires_at": (string | null)
"revoked_at": (string | null)
/** To the minute; null = never. */ "last_used_at": (string | null)
/** Until when the text from before the last rotation is accepted, too. */ "previous_valid_until": (string | null)
/** The key itself. Only its hash is stored: it cannot be shown again. */ "key": string
}
"message": string
} }
  "GET /api/v1/ledger": { path: Record<never, never>; query: { "from"?: string; "to"?: string; "limit"?: number; "cursor"?: string; "format"?: "json" | "csv" | "pdf"; "language"?: "en" | "zh" }; body: undefined; answer: {
"code": 200
"data": {
"items": ({
"id": string
/** `credit`; `refund`, which takes credit of a payment back or returns it; `hold` and `settle`, its end, of a task; `allow`, `calls` and `return` for what is held, paid and given back of calls. */ "kind": string
"at": string
"task_id": (string | null)
"key_id": (string | null)
"memo": (string | null)
/** What it added to the available points. */ "available_change_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "available_change_usd": number
/** What it added to the held points. */ "held_change_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "held_change_usd": number
/** What was paid by it. */ "consumed_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "consumed_usd": number
/** The available points after it. */ "available_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "available_usd": number
/** The held points after it. */ "held_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "held_usd": number
})[]
/** For the next page; null = this is the last one. */ "next_cursor": (string | null)
}
"message": string
} }
  "GET /api/v1/members": { path: Record<never, never>; query: { "limit"?: number; "cursor"?: string }; body: undefined; answer: {
"code": 200
"data": {
"items": ({
/** Of the person. */ "id": string
"name": string
"email": string
/** owner: everything of the tenant; member: makes tasks; viewer: reads. */ "role": "owner" | "member" | "viewer"
/** An operator may do everything, whatever the role. */ "operator": boolean
"joined_at": string
})[]
/** For the next page; null = this is the last one. */ "next_cursor": (string | null)
}
"message": string
} }
  "PATCH /api/v1/members/{id}": { path: { "id": string }; query: Record<never, never>; body: {
/** owner: everything of the tenant; member: makes tasks; viewer: reads. */ "role": "owner" | "member" | "viewer"
}; answer: {
"code": 200
"data": {
/** Of the person. */ "id": string
"name": string
"email": string
/** owner: everything of the tenant; member: makes tasks; viewer: reads. */ "role": "owner" | "member" | "viewer"
/** An operator may do everything, whatever the role. */ "operator": boolean
"joined_at": string
}
"message": string
} }
  "DELETE /api/v1/members/{id}": { path: { "id": string }; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": {
"id": string
"removed": true
}
"message": string
} }
  "GET /api/v1/payments": { path: Record<never, never>; query: { "limit"?: number; "cursor"?: string }; body: undefined; answer: {
"code": 200
"data": {
"items": ({
"id": string
"provider": string
/** Its id at the provider. */ "external_id": (string | null)
/** The credit that it becomes. */ "amount_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "amount_usd": number
"status": "open" | "paid" | "expired" | "failed"
"tenant": string
"created_by": string
"created_at": string
"ended_at": (string | null)
})[]
/** For the next page; null = this is the last one. */ "next_cursor": (string | null)
}
"message": string
} }
  "POST /api/v1/payments": { path: Record<never, never>; query: Record<never, never>; body: {
/** In whole cents. */ "amount_usd": number
}; answer: {
"code": 200
"data": {
"id": string
"provider": string
/** Its id at the provider. */ "external_id": (string | null)
/** The credit that it becomes. */ "amount_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "amount_usd": number
"status": "open" | "paid" | "expired" | "failed"
"tenant": string
"created_by": string
"created_at": string
"ended_at": (string | null)
/** A page of the provider, for a browser. */ "url": string
}
"message": string
} }
  "GET /api/v1/providers": { path: Record<never, never>; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": AccountProvider[]
"message": string
} }
  "GET /api/v1/shares": { path: Record<never, never>; query: { "task"?: string; "limit"?: number; "cursor"?: string }; body: undefined; answer: {
"code": 200
"data": {
"items": ({
"id": string
"task": string
"title": string
/** The page that anyone with this address sees. */ "url": string
/** Whether it is neither expired nor revoked. */ "open": boolean
/** `person:ID`, or the id of a key. */ "made_by": string
"created_at": string
/** null = it does not expire. */ "expires_at": (string | null)
"revoked_at": (string | null)
})[]
/** For the next page; null = this is the last one. */ "next_cursor": (string | null)
}
"message": string
} }
  "POST /api/v1/shares": { path: Record<never, never>; query: Record<never, never>; body: {
"task": string
/** What the page is called. Default: as the task is. */ "title"?: string
/** How long it can be opened; null = until it is revoked. Default: 30. */ "days"?: (number | null)
}; answer: {
"code": 200
"data": {
"id": string
"task": string
"title": string
/** The page that anyone with this address sees. */ "url": string
/** Whether it is neither expired nor revoked. */ "open": boolean
/** `person:ID`, or the id of a key. */ "made_by": string
"created_at": string
/** null = it does not expire. */ "expires_at": (string | null)
"revoked_at": (string | null)
}
"message": string
} }
  "DELETE /api/v1/shares/{id}": { path: { "id": string }; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": {
"id": string
"revoked": true
}
"message": string
} }
  "GET /api/v1/usage": { path: Record<never, never>; query: { "by"?: "day" | "model" | "operation" | "key"; "from"?: string; "to"?: string; "daily"?: boolean; "key"?: string }; body: undefined; answer: {
"code": 200
"data": {
"from": string
"to": string
"by": "day" | "model" | "operation" | "key"
"items": {
/** A UTC day, a model, an operation, or the id of a key. */ "group": string
/** The UTC day, with `daily`. */ "day"?: string
/** Tasks on record that were created in the period. */ "tasks": number
"completed": number
"failed": number
"cancelled": number
/** Calls on record that were answered on the spot in the period. */ "calls": number
/** What was paid in the period. */ "consumed_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "consumed_usd": number
}[]
"total": {
/** Tasks on record that were created in the period. */ "tasks": number
"completed": number
"failed": number
"cancelled": number
/** Calls on record that were answered on the spot in the period. */ "calls": number
/** What was paid in the period. */ "consumed_points": number
/** The same in USD; 10,000,000 points are 1 USD. */ "consumed_usd": number
}
}
"message": string
} }
  "GET /api/v1/webhook-secret": { path: Record<never, never>; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": {
"tenant": string
/** `live` tasks are paid; `test` tasks run on the sandbox. */ "mode": "live" | "test"
/** As libraries of Standard Webhooks take it: whsec_… */ "secret": string
}
"message": string
} }
  "POST /api/workspace/claim": { path: Record<never, never>; query: Record<never, never>; body: {
/** What follows # in the link. */ "token": string
"email": string
/** 8 to 128 characters. */ "password": string
"name": string
}; answer: {
"code": 200
"data": {
/** Whether the gateway has an operator who can sign in. */ "claimed": boolean
"sign_up": "open" | "invitation" | "closed"
/** Who is signed in. */ "person": ({
"id": string
"email": string
"name": string
"locale": (string | null)
/** Whether a code is asked for after the password. */ "two_factor": boolean
} | null)
/** The key that is signed in in place of a person. */ "key": ({
"id": string
"name": string
"prefix": string
/** `live` tasks are paid; `test` tasks run on the sandbox. */ "mode": "live" | "test"
"role": "admin" | "member"
} | null)
"tenants": ({
"id": string
"name": string
/** An owner does everything, a member makes tasks, a viewer reads. */ "role": "owner" | "member" | "viewer"
})[]
/** The one that requests are for. */ "tenant": (string | null)
/** In this tenant. */ "role": ("owner" | "member" | "viewer" | null)
"is_operator": boolean
"features": {
"password": boolean
"passkey": boolean
"two_factor": boolean
"sign_in_with": {
"id": string
"name": string
}[]
"shares": boolean
/** Whether tenants can buy credit. */ "payments": boolean
}
}
"message": string
} }
  "POST /api/workspace/connection": { path: Record<never, never>; query: Record<never, never>; body: {
/** The query with which the client sent you to the page. */ "query": string
}; answer: {
"code": 200
"data": {
/** As it names itself. */ "client": string
/** Its page, by its own word. */ "uri": (string | null)
/** The address by which it is known, where it has one in place of a registration. */ "document": (string | null)
/** Where the browser goes afterwards, without path and query. */ "returns_to": string
}
"message": string
} }
  "POST /api/workspace/connection/decision": { path: Record<never, never>; query: Record<never, never>; body: {
/** The query with which the client sent you to the page. */ "query": string
"allow": boolean
"tenant"?: string
/** `live` tasks are paid; `test` tasks run on the sandbox. */ "mode"?: "live" | "test"
/** What it may spend in a month of UTC, in points; null = no limit. */ "monthly_limit_points"?: (number | null)
/** The same in USD: name one of the two. */ "monthly_limit_usd"?: (number | null)
}; answer: {
"code": 200
"data": {
/** Where the browser goes now: to the client. */ "url": string
}
"message": string
} }
  "GET /api/workspace/connections": { path: Record<never, never>; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": {
"items": ({
/** The id of its key. */ "id": string
/** As it named itself. */ "client": string
/** The id of the tenant in which it acts. */ "tenant": string
"tenant_name": string
/** `live` tasks are paid; `test` tasks run on the sandbox. */ "mode": "live" | "test"
"created_at": string
/** To the minute; null = never. */ "last_used_at": (string | null)
})[]
}
"message": string
} }
  "DELETE /api/workspace/connections/{id}": { path: { "id": string }; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": {
"id": string
"revoked": true
}
"message": string
} }
  "POST /api/workspace/enter": { path: Record<never, never>; query: Record<never, never>; body: {
/** What follows # in the link. */ "token": string
}; answer: {
"code": 200
"data": {
/** Whether the gateway has an operator who can sign in. */ "claimed": boolean
"sign_up": "open" | "invitation" | "closed"
/** Who is signed in. */ "person": ({
"id": string
"email": string
"name": string
"locale": (string | null)
/** Whether a code is asked for after the password. */ "two_factor": boolean
} | null)
/** The key that is signed in in place of a person. */ "key": ({
"id": string
"name": string
"prefix": string
/** `live` tasks are paid; `test` tasks run on the sandbox. */ "mode": "live" | "test"
"role": "admin" | "member"
} | null)
"tenants": ({
"id": string
"name": string
/** An owner does everything, a member makes tasks, a viewer reads. */ "role": "owner" | "member" | "viewer"
})[]
/** The one that requests are for. */ "tenant": (string | null)
/** In this tenant. */ "role": ("owner" | "member" | "viewer" | null)
"is_operator": boolean
"features": {
"password": boolean
"passkey": boolean
"two_factor": boolean
"sign_in_with": {
"id": string
"name": string
}[]
"shares": boolean
/** Whether tenants can buy credit. */ "payments": boolean
}
}
"message": string
} }
  "POST /api/workspace/invitation": { path: Record<never, never>; query: Record<never, never>; body: {
/** What follows # in the link. */ "token": string
}; answer: {
"code": 200
"data": {
"tenant": {
"id": string
"name": string
}
/** An owner does everything, a member makes tasks, a viewer reads. */ "role": "owner" | "member" | "viewer"
/** Who alone may accept it. */ "email": (string | null)
"expires_at": string
}
"message": string
} }
  "POST /api/workspace/invitation/accept": { path: Record<never, never>; query: Record<never, never>; body: {
/** What follows # in the link. */ "token": string
}; answer: {
"code": 200
"data": {
/** Whether the gateway has an operator who can sign in. */ "claimed": boolean
"sign_up": "open" | "invitation" | "closed"
/** Who is signed in. */ "person": ({
"id": string
"email": string
"name": string
"locale": (string | null)
/** Whether a code is asked for after the password. */ "two_factor": boolean
} | null)
/** The key that is signed in in place of a person. */ "key": ({
"id": string
"name": string
"prefix": string
/** `live` tasks are paid; `test` tasks run on the sandbox. */ "mode": "live" | "test"
"role": "admin" | "member"
} | null)
"tenants": ({
"id": string
"name": string
/** An owner does everything, a member makes tasks, a viewer reads. */ "role": "owner" | "member" | "viewer"
})[]
/** The one that requests are for. */ "tenant": (string | null)
/** In this tenant. */ "role": ("owner" | "member" | "viewer" | null)
"is_operator": boolean
"features": {
"password": boolean
"passkey": boolean
"two_factor": boolean
"sign_in_with": {
"id": string
"name": string
}[]
"shares": boolean
/** Whether tenants can buy credit. */ "payments": boolean
}
}
"message": string
} }
  "POST /api/workspace/key": { path: Record<never, never>; query: Record<never, never>; body: {
"key": string
}; answer: {
"code": 200
"data": {
/** Whether the gateway has an operator who can sign in. */ "claimed": boolean
"sign_up": "open" | "invitation" | "closed"
/** Who is signed in. */ "person": ({
"id": string
"email": string
"name": string
"locale": (string | null)
/** Whether a code is asked for after the password. */ "two_factor": boolean
} | null)
/** The key that is signed in in place of a person. */ "key": ({
"id": string
"name": string
"prefix": string
/** `live` tasks are paid; `test` tasks run on the sandbox. */ "mode": "live" | "test"
"role": "admin" | "member"
} | null)
"tenants": ({
"id": string
"name": string
/** An owner does everything, a member makes tasks, a viewer reads. */ "role": "owner" | "member" | "viewer"
})[]
/** The one that requests are for. */ "tenant": (string | null)
/** In this tenant. */ "role": ("owner" | "member" | "viewer" | null)
"is_operator": boolean
"features": {
"password": boolean
"passkey": boolean
"two_factor": boolean
"sign_in_with": {
"id": string
"name": string
}[]
"shares": boolean
/** Whether tenants can buy credit. */ "payments": boolean
}
}
"message": string
} }
  "POST /api/workspace/password": { path: Record<never, never>; query: Record<never, never>; body: {
/** What follows # in the link. */ "token": string
/** 8 to 128 characters. */ "password": string
}; answer: {
"code": 200
"data": {
"email": string
}
"message": string
} }
  "PATCH /api/workspace/person": { path: Record<never, never>; query: Record<never, never>; body: {
"name"?: string
"locale"?: (string | null)
}; answer: {
"code": 200
"data": {
/** Whether the gateway has an operator who can sign in. */ "claimed": boolean
"sign_up": "open" | "invitation" | "closed"
/** Who is signed in. */ "person": ({
"id": string
"email": string
"name": string
"locale": (string | null)
/** Whether a code is asked for after the password. */ "two_factor": boolean
} | null)
/** The key that is signed in in place of a person. */ "key": ({
"id": string
"name": string
"prefix": string
/** `live` tasks are paid; `test` tasks run on the sandbox. */ "mode": "live" | "test"
"role": "admin" | "member"
} | null)
"tenants": ({
"id": string
"name": string
/** An owner does everything, a member makes tasks, a viewer reads. */ "role": "owner" | "member" | "viewer"
})[]
/** The one that requests are for. */ "tenant": (string | null)
/** In this tenant. */ "role": ("owner" | "member" | "viewer" | null)
"is_operator": boolean
"features": {
"password": boolean
"passkey": boolean
"two_factor": boolean
"sign_in_with": {
"id": string
"name": string
}[]
"shares": boolean
/** Whether tenants can buy credit. */ "payments": boolean
}
}
"message": string
} }
  "GET /api/workspace/session": { path: Record<never, never>; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": {
/** Whether the gateway has an operator who can sign in. */ "claimed": boolean
"sign_up": "open" | "invitation" | "closed"
/** Who is signed in. */ "person": ({
"id": string
"email": string
"name": string
"locale": (string | null)
/** Whether a code is asked for after the password. */ "two_factor": boolean
} | null)
/** The key that is signed in in place of a person. */ "key": ({
"id": string
"name": string
"prefix": string
/** `live` tasks are paid; `test` tasks run on the sandbox. */ "mode": "live" | "test"
"role": "admin" | "member"
} | null)
"tenants": ({
"id": string
"name": string
/** An owner does everything, a member makes tasks, a viewer reads. */ "role": "owner" | "member" | "viewer"
})[]
/** The one that requests are for. */ "tenant": (string | null)
/** In this tenant. */ "role": ("owner" | "member" | "viewer" | null)
"is_operator": boolean
"features": {
"password": boolean
"passkey": boolean
"two_factor": boolean
"sign_in_with": {
"id": string
"name": string
}[]
"shares": boolean
/** Whether tenants can buy credit. */ "payments": boolean
}
}
"message": string
} }
  "GET /api/workspace/sessions": { path: Record<never, never>; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": {
"items": ({
"id": string
/** The one of this request. */ "current": boolean
"created_at": string
"expires_at": string
"address": (string | null)
"user_agent": (string | null)
})[]
}
"message": string
} }
  "DELETE /api/workspace/sessions/{id}": { path: { "id": string }; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": {
"id": string
"revoked": true
}
"message": string
} }
  "POST /api/workspace/sign-out": { path: Record<never, never>; query: Record<never, never>; body: undefined; answer: {
"code": 200
"data": {
/** Whether the gateway has an operator who can sign in. */ "claimed": boolean
"sign_up": "open" | "invitation" | "closed"
/** Who is signed in. */ "person": ({
"id": string
"email": string
"name": string
"locale": (string | null)
/** Whether a code is asked for after the password. */ "two_factor": boolean
} | null)
/** The key that is signed in in place of a person. */ "key": ({
"id": string
"name": string
"prefix": string
/** `live` tasks are paid; `test` tasks run on the sandbox. */ "mode": "live" | "test"
"role": "admin" | "member"
} | null)
"tenants": ({
"id": string
"name": string
/** An owner does everything, a member makes tasks, a viewer reads. */ "role": "owner" | "member" | "viewer"
})[]
/** The one that requests are for. */ "tenant": (string | null)
/** In this tenant. */ "role": ("owner" | "member" | "viewer" | null)
"is_operator": boolean
"features": {
"password": boolean
"passkey": boolean
"two_factor": boolean
"sign_in_with": {
"id": string
"name": string
}[]
"shares": boolean
/** Whether tenants can buy credit. */ "payments": boolean
}
}
"message": string
} }
  "POST /api/workspace/sign-up": { path: Record<never, never>; query: Record<never, never>; body: {
"email": string
/** 8 to 128 characters. */ "password": string
"name": string
/** What follows # in the link. */ "invitation"?: string
}; answer: {
"code": 200
"data": {
/** Whether the gateway has an operator who can sign in. */ "claimed": boolean
"sign_up": "open" | "invitation" | "closed"
/** Who is signed in. */ "person": ({
"id": string
"email": string
"name": string
"locale": (string | null)
/** Whether a code is asked for after the password. */ "two_factor": boolean
} | null)
/** The key that is signed in in place of a person. */ "key": ({
"id": string
"name": string
"prefix": string
/** `live` tasks are paid; `test` tasks run on the sandbox. */ "mode": "live" | "test"
"role": "admin" | "member"
} | null)
"tenants": ({
"id": string
"name": string
/** An owner does everything, a member makes tasks, a viewer reads. */ "role": "owner" | "member" | "viewer"
})[]
/** The one that requests are for. */ "tenant": (string | null)
/** In this tenant. */ "role": ("owner" | "member" | "viewer" | null)
"is_operator": boolean
"features": {
"password": boolean
"passkey": boolean
"two_factor": boolean
"sign_in_with": {
"id": string
"name": string
}[]
"shares": boolean
/** Whether tenants can buy credit. */ "payments": boolean
}
}
"message": string
} }
  "POST /api/workspace/tenant": { path: Record<never, never>; query: Record<never, never>; body: {
"id": string
}; answer: {
"code": 200
"data": {
/** Whether the gateway has an operator who can sign in. */ "claimed": boolean
"sign_up": "open" | "invitation" | "closed"
/** Who is signed in. */ "person": ({
"id": string
"email": string
"name": string
"locale": (string | null)
/** Whether a code is asked for after the password. */ "two_factor": boolean
} | null)
/** The key that is signed in in place of a person. */ "key": ({
"id": string
"name": string
"prefix": string
/** `live` tasks are paid; `test` tasks run on the sandbox. */ "mode": "live" | "test"
"role": "admin" | "member"
} | null)
"tenants": ({
"id": string
"name": string
/** An owner does everything, a member makes tasks, a viewer reads. */ "role": "owner" | "member" | "viewer"
})[]
/** The one that requests are for. */ "tenant": (string | null)
/** In this tenant. */ "role": ("owner" | "member" | "viewer" | null)
"is_operator": boolean
"features": {
"password": boolean
"passkey": boolean
"two_factor": boolean
"sign_in_with": {
"id": string
"name": string
}[]
"shares": boolean
/** Whether tenants can buy credit. */ "payments": boolean
}
}
"message": string
} }
  "GET /polyphony/v1/archive": { path: Record<never, never>; query: { "ids"?: string }; body: undefined; answer: string }
  "GET /polyphony/v1/batches": { path: Record<never, never>; query: { "limit"?: number; "cursor"?: string }; body: undefined; answer: PolyphonyBatches }
  "GET /polyphony/v1/batches/{id}": { path: { "id": string }; query: Record<never, never>; body: undefined; answer: PolyphonyBatch }
  "GET /polyphony/v1/chat-models": { path: Record<never, never>; query: Record<never, never>; body: undefined; answer: PolyphonyChatModels }
  "GET /polyphony/v1/events": { path: Record<never, never>; query: Record<never, never>; body: undefined; answer: string }
  "POST /polyphony/v1/files": { path: Record<never, never>; query: Record<never, never>; body: FormData; answer: PolyphonyFile }
  "GET /polyphony/v1/operations": { path: Record<never, never>; query: { "all"?: boolean }; body: undefined; answer: PolyphonyOperations }
  "POST /polyphony/v1/quote": { path: Record<never, never>; query: Record<never, never>; body: PolyphonyTaskRequest; answer: PolyphonyQuote }
  "POST /polyphony/v1/requests": { path: Record<never, never>; query: Record<never, never>; body: PolyphonyTaskRequest; answer: PolyphonyRequests }
  "POST /polyphony/v1/tasks": { path: Record<never, never>; query: Record<never, never>; body: PolyphonyTaskRequest; answer: PolyphonyTask }
  "GET /polyphony/v1/tasks": { path: Record<never, never>; query: { "limit"?: number; "cursor"?: string; "idempotency_key"?: string; "status"?: string; "operation"?: string; "model"?: string; "kind"?: string; "created_from"?: string; "created_to"?: string; "search"?: string; "key"?: string; "batch"?: string; "favourite"?: boolean }; body: undefined; answer: PolyphonyTasks }
  "GET /polyphony/v1/tasks/{id}": { path: { "id": string }; query: { "wait"?: number }; body: undefined; answer: PolyphonyTask }
  "PATCH /polyphony/v1/tasks/{id}": { path: { "id": string }; query: Record<never, never>; body: {
"favourite": boolean
}; answer: PolyphonyTask }
  "DELETE /polyphony/v1/tasks/{id}": { path: { "id": string }; query: Record<never, never>; body: undefined; answer: PolyphonyDeleted }
  "GET /polyphony/v1/tasks/{id}/attempts": { path: { "id": string }; query: Record<never, never>; body: undefined; answer: PolyphonyAttempts }
  "POST /polyphony/v1/tasks/{id}/cancel": { path: { "id": string }; query: Record<never, never>; body: undefined; answer: PolyphonyTask }
  "GET /polyphony/v1/tasks/{id}/queue": { path: { "id": string }; query: Record<never, never>; body: undefined; answer: PolyphonyPlace }
  "POST /polyphony/v1/tasks/{id}/restore": { path: { "id": string }; query: Record<never, never>; body: undefined; answer: PolyphonyTask }
}
