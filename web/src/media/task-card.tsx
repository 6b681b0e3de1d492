import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Pause, Play, RotateCcw, X } from 'lucide-react'
import { useEffect } from 'react'
import { call } from '../api/client.ts'
import { hasEnded, type Task, taskQuery } from '../api/queries.ts'
import { ago, pointsAsUsd } from '../i18n/format.ts'
import { useT } from '../i18n/i18n.ts'
import { translateMessage } from '../i18n/messages.ts'
import type { Values } from '../pages/studio/field-schema.ts'
import { openStudio } from '../pages/studio/open-studio.ts'
import { play, usePlayer } from '../shell/player.ts'
import { mayMake, useSession } from '../shell/session.ts'
import { Button } from '../ui/button.tsx'
import { Panel } from '../ui/parts.tsx'
import { sayError } from '../ui/toast.tsx'
import { ItemActions } from './actions.tsx'
import { Output } from './output.tsx'
import { liveTracksOf, nameOf } from './outputs.ts'
import { StatusBadge } from './status.tsx'

/** A task with its result, or how far it is. It follows the task until it has ended. */
export function TaskCard({ task: given }: { task: Task }) {
  const t = useT()
  const client = useQueryClient()
  const session = useSession()
  const { data: task = given } = useQuery({ ...taskQuery(given.id), initialData: given })
  const isDone = hasEnded(task)
  useEffect(() => {
    if (!isDone || hasEnded(given)) return
    for (const key of ['balance', 'usage']) void client.invalidateQueries({ queryKey: [key] })
  }, [isDone, given, client])
  return (
    <Panel className="animate-appear overflow-hidden">
      <div className="flex items-center gap-3 border-line border-b px-4 py-2.5">
        <div className="min-w-0 flex-1">
          <Link to="/tasks/$id" params={{ id: task.id }} className="block truncate font-medium hover:underline">
            {nameOf(task)}
          </Link>
          <p className="truncate text-soft text-xs">
            {nameOf(task) !== task.operation && `${task.operation} · `}
            {ago(task.created_at)}
            {task.consumed_points > 0 && ` · ${pointsAsUsd(task.consumed_points)}`}
          </p>
        </div>
        <StatusBadge status={task.status} />
        {isDone && mayMake(session) && (
          <Button
            look="quiet"
            size="smallIcon"
            aria-label={t('follow.again')}
            title={t('follow.again')}
            onClick={() => openStudio(task.operation, task.input as Values)}
          >
            <RotateCcw />
          </Button>
        )}
      </div>
      <div className="p-4">
        {task.status === 'completed' && (
          <Output task={task} actions={(item) => <ItemActions task={task} item={item} />} />
        )}
        {task.error && <p className="text-bad">{translateMessage(task.error.message)}</p>}
        {task.status === 'cancelled' && <p className="text-soft">{t('task.wasCancelled')}</p>}
        {!isDone && <Progress task={task} />}
      </div>
    </Panel>
  )
}

const placeInLine = (ahead: number, t: ReturnType<typeof useT>): string =>
  ahead === 0 ? t('task.next') : t('task.ahead', { count: ahead })

/** How far a task is, its place in the line, and the way to stop it. */
export function Progress({ task }: { task: Task }) {
  const t = useT()
  const client = useQueryClient()
  const isWaiting = task.status === 'pending' || task.status === 'staged'
  const { data: queue } = useQuery({
    queryKey: ['queue', task.id],
    queryFn: () => call('GET /polyphony/v1/tasks/{id}/queue', { path: { id: task.id } }),
    enabled: isWaiting,
    refetchInterval: isWaiting ? 2_000 : false,
    retry: false,
  })
  const ahead = queue?.tasks_ahead
  const cancel = async (): Promise<void> => {
    const cancelled = await call('POST /polyphony/v1/tasks/{id}/cancel', { path: { id: task.id } })
    client.setQueryData(taskQuery(task.id).queryKey, cancelled)
    await client.invalidateQueries({ queryKey: ['tasks'] })
  }
  return (
    <div className="flex flex-wrap items-center gap-3">
      <Live task={task} />
      <div
        role="progressbar"
        aria-label={t('task.progress')}
        aria-valuenow={task.progress}
        aria-valuemin={0}
        aria-valuemax={100}
        className="h-1.5 min-w-24 flex-1 overflow-hidden rounded-full bg-hover"
      >
        <div
          className="h-full animate-breathe rounded-full bg-mark transition-[width] duration-700"
          style={{ width: `${Math.max(4, task.progress)}%` }}
        />
      </div>
      <span className="text-soft text-xs tabular">
        {isWaiting && typeof ahead === 'number' ? placeInLine(ahead, t) : `${task.progress} %`}
      </span>
      <Button size="small" onClick={() => void cancel().catch(sayError)}>
        <X />
        {t('task.cancel')}
      </Button>
    </div>
  )
}

/** What can be heard before the end: buttons that play the songs as far as they are made, and then on. */
function Live({ task }: { task: Task }) {
  const t = useT()
  const { track: current, isPlaying } = usePlayer()
  const tracks = liveTracksOf(task)
  return tracks.map((track, at) => {
    const isOn = isPlaying && current?.id === track.id
    return (
      <Button key={track.id} size="small" onClick={() => play(track, tracks)}>
        {isOn ? <Pause /> : <Play />}
        {t('player.listen', { number: at + 1 })}
      </Button>
    )
  })
}
