import type { Theme } from '../theme.ts'

/** For prompts in Korean, whatever their subject. Both lines of a couplet have as many syllables and end on one vowel. */
export const korean: Theme = {
  words: '',
  styles: ['pop', 'ballad', 'rock'],
  moods: ['tender', 'warm'],
  hooks: ['새벽이 올 때까지', '집으로 가는 길', '마지막 노래'],
  tails: ['내 곁에 있어 줘 / 내 손을 잡아 줘', '영원히 너와 나 / 이렇게 너와 나', '잊지 않을게 / 놓지 않을게'],
  scene: [
    '창밖에 비가 내리네 / 찻잔이 식어 가네',
    '골목에 불이 켜지고 / 별들은 잠이 들고',
    '막차가 다리를 건너 / 노래가 강을 건너',
    '어머니 노래를 들으며 / 노을진 길을 걸으며',
  ],
  turn: [
    '누가 내 이름을 불러 / 나도 모르게 눈물이 흘러',
    '갑자기 불이 꺼진 거리 / 하늘에 가득한 별의 자리',
    '기차는 먼저 떠났지만 / 나는 이 길을 걷지만',
  ],
  after: [
    '이제는 천천히 걸어가 / 네 편지를 들고 걸어가',
    '겨울이 가면 꽃이 피고 / 같은 창가에 바람 불고',
    '찻잔을 두 개 놓아두고 / 너의 발소리 기다리고',
  ],
  chorus: [
    '나를 데려가 줘 바다로 / 우리 둘만의 노래로',
    '내 손을 꼭 잡고 놓지 마 / 밤이 길어도 울지 마',
    '크게 노래해 두려워 말고 / 온 세상 꽃이 피어나고',
  ],
  bridge: ['내가 찾던 그 사람은 / 언제나 곁에 있던 사람은', '밤이 아무리 길어도 / 우리의 노래는 남아도'],
}
