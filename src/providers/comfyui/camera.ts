import { PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json } from '../../core/json.ts'

/**
 * Six numbers of a camera's movement as one of the poses that Wan's camera model knows, and a speed. The model moves in one
 * way at a time, so more than one is refused. Which sign is which side is inferred from Kling's numbers, whose names they
 * have; a number is the speed: 1 is the default, 10 the maximum.
 */
const POSES: Record<string, readonly [negative: string, positive: string]> = {
  horizontal: ['Pan Left', 'Pan Right'],
  pan: ['Pan Left', 'Pan Right'],
  vertical: ['Pan Down', 'Pan Up'],
  tilt: ['Pan Down', 'Pan Up'],
  zoom: ['Zoom Out', 'Zoom In'],
  roll: ['Anti Clockwise (ACW)', 'ClockWise (CW)'],
}
const MAX_SPEED = 10

export function cameraPose(field: string, setting: Json): string {
  const { axis, amount } = movementIn(field, setting)
  if (axis === '') return 'Static'
  const [negative = '', positive = ''] = POSES[axis] ?? []
  return amount < 0 ? negative : positive
}

export function cameraSpeed(field: string, setting: Json): number {
  const { axis, amount } = movementIn(field, setting)
  return axis === '' ? 1 : Math.min(MAX_SPEED, Math.abs(amount))
}

function movementIn(field: string, setting: Json): { axis: string; amount: number } {
  const config = isJsonObject(setting) && isJsonObject(setting.config) ? setting.config : {}
  const moves = Object.entries(config).filter(
    ([axis, amount]) => axis in POSES && typeof amount === 'number' && amount !== 0,
  )
  if (moves.length > 1) {
    throw new PolyphonyError(
      'vendor_refused',
      `${field}.config must move the camera in one way: one number, the rest 0.`,
      {
        field: `${field}.config`,
      },
    )
  }
  const [axis = '', amount] = moves[0] ?? []
  return { axis, amount: Number(amount) }
}
