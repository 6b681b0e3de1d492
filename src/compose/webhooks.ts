import type { Logger } from 'pino'
import type { Config } from '../config/config.ts'
import type { DeliveryDraft } from '../core/delivery.ts'
import { PolyphonyError } from '../core/errors.ts'
import type { Mode, Task } from '../core/task.ts'
import type { Tenant } from '../core/tenant.ts'
import type { Dialect } from '../dialects/dialect.ts'
import { dialects } from '../dialects/dialects.ts'
import { deliveriesOf } from '../dialects/kit/deliveries.ts'
import { type Urls, urlsAt } from '../dialects/kit/urls.ts'
import type { Store } from '../store/store.ts'
import type { RenderWebhooks, WebhookRenderers } from '../tasks/webhook-renderers.ts'
import { signingSecret } from '../webhooks/sign.ts'
import { urlOf } from './address.ts'

/**
 * The webhooks of tasks and batches, each rendered by the dialect in which it was submitted. A task of a dialect that is not served
 * any more has none. With a log, a webhook that the dialect fails to render is logged and left out: another attempt would fail, too,
 * and the transition that it reports has to be stored.
 */
export function renderersWith(urls: Urls, log?: Pick<Logger, 'error'>, served = dialects): WebhookRenderers {
  const entries = new Map(served.map((entry) => [entry.id, entry]))

  /** Most tasks have no webhook, so their dialect need not be loaded. */
  const dialectOf = (task: Task): Promise<Dialect> | undefined =>
    task.webhookUrl === null ? undefined : entries.get(task.dialect)?.load()

  function rendered(dialect: Dialect, task: Task): DeliveryDraft[] {
    try {
      return deliveriesOf(dialect, task, urls)
    } catch (error) {
      if (!log) throw error
      log.error(
        { err: error, taskId: task.id, dialect: task.dialect },
        'a webhook could not be rendered, and is not sent',
      )
      return []
    }
  }

  return {
    task: (task) => dialectOf(task)?.then((dialect) => rendered(dialect, task)) ?? [],
    ready: (task) => dialectOf(task)?.then(() => {}),
    batch: async (batch) => (await entries.get(batch.dialect)?.load())?.batchWebhooks?.(batch) ?? [],
  }
}

/** The same for a command that changes a task beside the server. */
export function webhookRendererFor(config: Config): RenderWebhooks {
  return renderersWith(urlsAt(() => config.publicUrl ?? urlOf(config.host, config.port))).task
}

/** The secrets with which a tenant's webhooks are signed, by mode, and the tenant itself. */
export function openSigning({ store, secret }: { store: Store; secret: string }) {
  async function tenantOf(tenantId: string): Promise<Tenant> {
    const tenant = await store.getTenant({ id: tenantId })
    if (!tenant) throw new PolyphonyError('internal', 'The tenant of this key does not exist any more.')
    return tenant
  }
  async function secretOf(tenantId: string, mode: Mode): Promise<string> {
    return signingSecret(secret, tenantId, (await tenantOf(tenantId)).webhookSecretVersion, mode)
  }
  return {
    tenantOf,
    secretOf,
    secretOfTask: async ({ tenantId, taskId }: { tenantId: string; taskId: string }) =>
      secretOf(tenantId, (await store.getMode({ id: taskId })) ?? 'live'),
  }
}
