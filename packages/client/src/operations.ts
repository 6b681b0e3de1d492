// Written by scripts/client-types.ts from the catalogue. Do not edit it.

/** What operations produce, by kind. Files are URLs. */
export interface Outputs {
pictures: {
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
}
videos: {
"videos": {
/** Reference to the MP4. */ "file": string
/** Reference to the first frame, as a picture; empty if there is none. */ "cover": string
/** Reference to the last frame, as a picture; empty if there is none. */ "lastFrame": string
"widthPx": number
"heightPx": number
"seconds": number
}[]
}
sounds: {
"sounds": {
/** Reference to the sound. */ "file": string
"seconds": number
}[]
}
texts: {
"texts": string[]
}
model: {
"model": {
/** Reference to the GLB. */ "file": string
/** Reference to the input without its background; empty if there is none. */ "picture": string
/** Reference to a video of the model turning; empty if there is none. */ "turntable": string
}
}
lyrics: {
"lyrics": {
"title": string
"text": string
"tags": string[]
}[]
}
clips: {
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
}
data: {
"data": Record<string, unknown>
}
anything: {
"value": unknown
}
}

/** Every operation, by its id. */
export interface Operations {
/** Make two songs from an idea, from lyrics, or from a clip that they continue, repair or cover. */
"suno/music": { input: {
/** The idea of a song; lyrics, title and style follow from it. */ "gpt_description_prompt"?: string
/** Lyrics, with section marks such as [Verse]. Empty for an instrumental. */ "prompt"?: string
/** Style: genres, moods, instruments. */ "tags"?: string
/** Styles to avoid. */ "negative_tags"?: string
/** Title of the song. */ "title"?: string
/** No vocals. */ "make_instrumental"?: boolean
/** Model version. */ "mv"?: "chirp-v3-0" | "chirp-v3-5" | "chirp-v3-5-tau" | "chirp-v3-5-upload" | "chirp-v4" | "chirp-v4-tau" | "chirp-v4-upload" | "chirp-auk" | "chirp-auk-upload" | "chirp-auk-turbo" | "chirp-bluejay" | "chirp-crow" | "chirp-fenix" | "chirp-v5.5" | "chirp-v5-5" | "chirp-v5" | "chirp-v4.5+" | "chirp-v4-5+" | "chirp-v4-5-plus" | "chirp-v4.5-all" | "chirp-v4-5-all" | "chirp-v4.5" | "chirp-v4-5" | "chirp-v3.5" | "chirp-v3"
/** How an earlier clip is used: continued, sung again in another style, repaired, or for the sound of its persona. */ "task"?: "" | "extend" | "upload_extend" | "cover" | "infill" | "artist_consistency"
/** The task that made the clip to continue. */ "task_id"?: string
/** The clip to continue. */ "continue_clip_id"?: string
/** Seconds. Into the clip, at which to go on. */ "continue_at"?: number
/** The clip to sing again in the style of the tags, with task "cover": its tune, and its words where there is no prompt. */ "cover_clip_id"?: string
/** The persona whose sound is used, with task "artist_consistency". */ "persona_id"?: string
/** The clip that the persona came from. */ "artist_clip_id"?: string
/** Seconds. Where the section begins that is replaced, with task "infill". */ "infill_start_s"?: number
/** Seconds. Where it ends. */ "infill_end_s"?: number
/** The same seed, the same song. */ "seed"?: number
}; output: Outputs["clips"] }
/** Write lyrics from an idea. */
"suno/lyrics": { input: {
/** What the song is about. */ "prompt": string
}; output: Outputs["lyrics"] }
/** Join an extension with the clip that it continues. */
"suno/concat": { input: {
/** The clip that extending made, not its parent. */ "clip_id": string
/** True after replacing a section, false after extending. */ "is_infill"?: boolean
}; output: Outputs["clips"] }
/** Import an MP3 by its URL, to extend or cover it. */
"suno/upload": { input: {
/** A public MP3. */ "url": string
/** Title of the clip; the name of the file unless sent. */ "title"?: string
}; output: Outputs["clips"] }
/** Keep the sound of a clip, to be used for other songs. */
"suno/persona": { input: {
/** The clip whose sound is kept; not an imported one. */ "root_clip_id": string
/** Name of the persona. */ "name": string
/** What the persona is like. */ "description"?: string
/** Clips that show it. */ "clips"?: string[]
/** Whether others may use it. */ "is_public"?: boolean
}; output: Outputs["data"] }
/** Split a clip into its voices and instruments. */
"suno/stems": { input: {
/** The clip to split. */ "clip_id": string
/** Vocals and instrumental, or twelve tracks. */ "stem_type_group_name"?: "Two" | "Twelve"
/** The same once more; it must agree with stem_type_group_name. */ "stem_task"?: "two" | "twelve"
/** Suno’s number of the kind of split: 91. */ "stem_type_id"?: number
/** Title of the clip, to which each track’s name is added. */ "title"?: string
/** Model version. */ "mv"?: string
}; output: Outputs["clips"] }
/** Tell when each word of a clip is sung. */
"suno/timing": { input: {
/** The clip whose words are timed. */ "clip_id": string
}; output: Outputs["data"] }
/** Deliver a clip as WAV. */
"suno/wav": { input: {
/** The clip. */ "clip_id": string
}; output: Outputs["sounds"] }
/** Make a video of a clip and its cover. */
"suno/mp4": { input: {
/** The clip. */ "clip_id": string
}; output: Outputs["videos"] }
/** Write down the notes of a track. */
"suno/midi": { input: {
/** The track, as splitting a clip makes them. */ "clip_id": string
}; output: Outputs["data"] }
/** Say a style in more words. */
"suno/tags": { input: {
/** The tags to be improved. */ "original_tags": string
}; output: Outputs["data"] }
/** Make two songs from an idea or from lyrics, or go on with one. */
"music-u/generate_music": { input: {
/** Lyrics that are written for the song, none, or those that are sent. */ "lyrics_type": "generate" | "instrumental" | "user"
/** The idea of the song; with lyrics of your own, its style. */ "gpt_description_prompt"?: string
/** The lyrics, with lyrics_type user. */ "prompt"?: string
/** The lyrics, in the older spelling. */ "lyrics"?: string
/** Styles to avoid. */ "negative_tags"?: string
/** -1 draws one. */ "seed"?: number
/** A song of a former task that goes on for half a minute. */ "continue_song_id"?: string
/** Seconds into it at which to go on; 0 for its end. */ "continue_at"?: number
/** Take the prompt as it is. */ "bypass_prompt_optimization"?: boolean
/** Where in a whole song the part begins; 0.4 is typical. */ "song_section_start"?: number
/** Where in a whole song the part ends. */ "song_section_end"?: number
/** Where in the part the lyrics begin. */ "lyrics_placement_start"?: number
/** Where in the part the lyrics end. */ "lyrics_placement_end"?: number
/** How closely the song follows the prompt; 0.5 is typical. */ "prompt_strength"?: number
/** How clear the voice is; 0.25 is typical. */ "clarity_strength"?: number
/** How closely the song follows the lyrics; 0.5 is typical. */ "lyrics_strength"?: number
/** How much work is done; 0.75 is typical. */ "generation_quality"?: number
/** The model: 32 seconds, or 130 at twice the price. */ "model_type"?: "" | "udio32-v1.5" | "udio130-v1.5"
/** How the song stands to another. */ "config"?: {
/** A song of its own, or what comes before or after another. */ "mode"?: "regular" | "precede" | "continuation"
/** Seconds of the other song that are heard; 130 is typical. */ "context_length"?: number
/** The other song. */ "source"?: {
/** What the other is. */ "source_type"?: "song"
/** The other song; the same as continue_song_id. */ "song_id"?: string
}
}
}; output: Outputs["clips"] }
/** Write two lyrics from an idea. */
"music-u/generate_lyrics": { input: {
/** What the song is about. */ "prompt": string
}; output: Outputs["lyrics"] }
/** Make a song of up to 1 minute 35 seconds. */
"Qubico/diffrhythm/txt2audio-base": { input: {
/** Lyrics, each line with its time: [00:10.00] First line. */ "lyrics"?: string
/** Style: genres, moods, instruments. */ "style_prompt"?: string
/** A sound to take the style from, by URL or as base64. */ "style_audio"?: string
}; output: Outputs["sounds"] }
/** Make a song of up to 4 minutes 45 seconds. */
"Qubico/diffrhythm/txt2audio-full": { input: {
/** Lyrics, each line with its time: [00:10.00] First line. */ "lyrics"?: string
/** Style: genres, moods, instruments. */ "style_prompt"?: string
/** A sound to take the style from, by URL or as base64. */ "style_audio"?: string
}; output: Outputs["sounds"] }
/** Make music from a style and lyrics. */
"Qubico/ace-step/txt2audio": { input: {
/** Style: genres, moods, instruments. */ "style_prompt"?: string
/** Lyrics; [inst] for no voice. */ "lyrics"?: string
/** Styles to avoid. */ "negative_style_prompt"?: string
/** Seconds. */ "duration"?: number
/** Steps of the sampler. */ "infer_step"?: number
/** The same seed, the same sound. */ "seed"?: number
/** Another name for negative_style_prompt. */ "negative_prompt"?: string
}; output: Outputs["sounds"] }
/** Make music in the style of a sound. */
"Qubico/ace-step/audio2audio": { input: {
/** Style: genres, moods, instruments. */ "style_prompt"?: string
/** Lyrics; [inst] for no voice. */ "lyrics"?: string
/** Styles to avoid. */ "negative_style_prompt"?: string
/** Seconds. */ "duration"?: number
/** Steps of the sampler. */ "infer_step"?: number
/** The same seed, the same sound. */ "seed"?: number
/** The sound to take the style from, by URL or as base64. */ "style_audio": string
}; output: Outputs["sounds"] }
/** Change the style or the lyrics of a sound. */
"Qubico/ace-step/edit": { input: {
/** Style: genres, moods, instruments. */ "style_prompt"?: string
/** Lyrics; [inst] for no voice. */ "lyrics"?: string
/** Styles to avoid. */ "negative_style_prompt"?: string
/** Seconds. */ "duration"?: number
/** Steps of the sampler. */ "infer_step"?: number
/** The same seed, the same sound. */ "seed"?: number
/** The sound to change, by URL or as base64. */ "style_audio"?: string
/** Another name for style_audio. */ "audio"?: string
}; output: Outputs["sounds"] }
/** Go on with a sound. */
"Qubico/ace-step/extend": { input: {
/** Style: genres, moods, instruments. */ "style_prompt"?: string
/** Lyrics; [inst] for no voice. */ "lyrics"?: string
/** Styles to avoid. */ "negative_style_prompt"?: string
/** Seconds. */ "duration"?: number
/** Steps of the sampler. */ "infer_step"?: number
/** The same seed, the same sound. */ "seed"?: number
/** The sound to change, by URL or as base64. */ "style_audio"?: string
/** Another name for style_audio. */ "audio"?: string
}; output: Outputs["sounds"] }
/** Make the sound for a video. */
"Qubico/mmaudio/video2audio": { input: {
/** What is heard. */ "prompt": string
/** What must not be heard. */ "negative_prompt"?: string
/** The MP4, by URL or as base64; up to 30 seconds are billed. */ "video": string
/** Steps of the sampler. */ "steps"?: number
/** The same seed, the same sound. */ "seed"?: number
/** Another name for seed: the page uses both. */ "seeds"?: number
}; output: Outputs["sounds"] }
/** Speak a text in the voice of a recording. */
"Qubico/tts/zero-shot": { input: {
/** The text to speak. */ "gen_text": string
/** The voice: 3 to 30 seconds of WAV, MP3 or FLAC, by URL or as base64. */ "ref_audio": string
/** The text of the recording; recognized from it unless sent. */ "ref_text"?: string
}; output: Outputs["sounds"] }
/** Make speech, effects and music from a script. */
"byteaudio/seed-audio-1.0": { input: {
/** What is heard: who speaks and how, the words, effects, music. */ "text": string
/** Format of the sound. */ "format"?: "mp3" | "wav" | "pcm"
/** Voices and sounds to refer to. */ "audio_urls"?: string[]
/** A picture to refer to, in place of sounds. */ "image_url"?: string
}; output: Outputs["sounds"] }
/** Make a picture from a description. */
"Qubico/flux1-schnell/txt2img": { input: {
/** What the picture shows. */ "prompt": string
/** What the picture must not show. */ "negative_prompt"?: string
/** Width in pixels; width times height is at most 1048576. */ "width"?: number
/** Height in pixels; width times height is at most 1048576. */ "height"?: number
/** Steps of the sampler. */ "steps"?: number
/** How closely the picture follows the prompt. */ "guidance_scale"?: number
/** -1 draws one. */ "seed"?: number
/** How many pictures; more than one with schnell only. */ "batch_size"?: number
}; output: Outputs["pictures"] }
/** Make a picture from a description. */
"Qubico/flux1-dev/txt2img": { input: {
/** What the picture shows. */ "prompt": string
/** What the picture must not show. */ "negative_prompt"?: string
/** Width in pixels; width times height is at most 1048576. */ "width"?: number
/** Height in pixels; width times height is at most 1048576. */ "height"?: number
/** Steps of the sampler. */ "steps"?: number
/** How closely the picture follows the prompt. */ "guidance_scale"?: number
/** -1 draws one. */ "seed"?: number
/** How many pictures; more than one with schnell only. */ "batch_size"?: number
}; output: Outputs["pictures"] }
/** Make a picture from a description. */
"Qubico/flux1-dev-advanced/txt2img": { input: {
/** What the picture shows. */ "prompt": string
/** What the picture must not show. */ "negative_prompt"?: string
/** Width in pixels; width times height is at most 1048576. */ "width"?: number
/** Height in pixels; width times height is at most 1048576. */ "height"?: number
/** Steps of the sampler. */ "steps"?: number
/** How closely the picture follows the prompt. */ "guidance_scale"?: number
/** -1 draws one. */ "seed"?: number
/** How many pictures; more than one with schnell only. */ "batch_size"?: number
}; output: Outputs["pictures"] }
/** Make a picture from a picture and a description. */
"Qubico/flux1-schnell/img2img": { input: {
/** What the picture shows. */ "prompt": string
/** What the picture must not show. */ "negative_prompt"?: string
/** The picture to start from, by URL or as base64. */ "image": string
/** Steps of the sampler. */ "steps"?: number
/** How closely the picture follows the prompt. */ "guidance_scale"?: number
/** How far the result may go from the picture. */ "denoise"?: number
/** -1 draws one. */ "seed"?: number
}; output: Outputs["pictures"] }
/** Make a picture from a picture and a description. */
"Qubico/flux1-dev/img2img": { input: {
/** What the picture shows. */ "prompt": string
/** What the picture must not show. */ "negative_prompt"?: string
/** The picture to start from, by URL or as base64. */ "image": string
/** Steps of the sampler. */ "steps"?: number
/** How closely the picture follows the prompt. */ "guidance_scale"?: number
/** How far the result may go from the picture. */ "denoise"?: number
/** -1 draws one. */ "seed"?: number
}; output: Outputs["pictures"] }
/** Make a picture from a picture and a description. */
"Qubico/flux1-dev-advanced/img2img": { input: {
/** What the picture shows. */ "prompt": string
/** What the picture must not show. */ "negative_prompt"?: string
/** The picture to start from, by URL or as base64. */ "image": string
/** Steps of the sampler. */ "steps"?: number
/** How closely the picture follows the prompt. */ "guidance_scale"?: number
/** How far the result may go from the picture. */ "denoise"?: number
/** -1 draws one. */ "seed"?: number
}; output: Outputs["pictures"] }
/** Make a picture in the style of a LoRA. */
"Qubico/flux1-dev-advanced/txt2img-lora": { input: {
/** What the picture shows. */ "prompt": string
/** What the picture must not show. */ "negative_prompt"?: string
/** Width in pixels; width times height is at most 1048576. */ "width"?: number
/** Height in pixels; width times height is at most 1048576. */ "height"?: number
/** Steps of the sampler. */ "steps"?: number
/** How closely the picture follows the prompt. */ "guidance_scale"?: number
/** -1 draws one. */ "seed"?: number
/** One LoRA. */ "lora_settings": ({
/** The LoRA. */ "lora_type": "anime" | "art" | "disney" | "furry" | "mjv6" | "realism" | "scenery" | "collage-artstyle" | "creepcute" | "cyberpunk-anime-style" | "deco-pulse" | "deep-sea-particle-enhencer" | "faetastic-details" | "fractal-geometry" | "galactixy-illustrations-style" | "geometric-woman" | "graphic-portrait" | "mat-miller-art" | "moebius-style" | "ob3d-isometric-3d-room" | "paper-quilling-and-layering-style" | "mystic-realism" | "remes-abstract-poster-style"
/** A picture for the LoRAs that want one. */ "lora_image"?: string
/** How strongly it counts. */ "lora_strength"?: number
})[]
}; output: Outputs["pictures"] }
/** Make a picture from a picture, in the style of a LoRA. */
"Qubico/flux1-dev-advanced/img2img-lora": { input: {
/** What the picture shows. */ "prompt": string
/** What the picture must not show. */ "negative_prompt"?: string
/** The picture to start from, by URL or as base64. */ "image": string
/** Steps of the sampler. */ "steps"?: number
/** How closely the picture follows the prompt. */ "guidance_scale"?: number
/** How far the result may go from the picture. */ "denoise"?: number
/** -1 draws one. */ "seed"?: number
/** One LoRA. */ "lora_settings": ({
/** The LoRA. */ "lora_type": "anime" | "art" | "disney" | "furry" | "mjv6" | "realism" | "scenery" | "collage-artstyle" | "creepcute" | "cyberpunk-anime-style" | "deco-pulse" | "deep-sea-particle-enhencer" | "faetastic-details" | "fractal-geometry" | "galactixy-illustrations-style" | "geometric-woman" | "graphic-portrait" | "mat-miller-art" | "moebius-style" | "ob3d-isometric-3d-room" | "paper-quilling-and-layering-style" | "mystic-realism" | "remes-abstract-poster-style"
/** A picture for the LoRAs that want one. */ "lora_image"?: string
/** How strongly it counts. */ "lora_strength"?: number
})[]
}; output: Outputs["pictures"] }
/** Make a picture that follows the outline, depth or pose of another. */
"Qubico/flux1-dev-advanced/controlnet-lora": { input: {
/** What the picture shows. */ "prompt": string
/** What the picture must not show. */ "negative_prompt"?: string
/** Width in pixels; width times height is at most 1048576. */ "width"?: number
/** Height in pixels; width times height is at most 1048576. */ "height"?: number
/** Steps of the sampler. */ "steps"?: number
/** How closely the picture follows the prompt. */ "guidance_scale"?: number
/** -1 draws one. */ "seed"?: number
/** One ControlNet. */ "control_net_settings": ({
/** What of the control picture counts. */ "control_type": "depth" | "canny" | "soft_edge" | "openpose" | "hed"
/** The control picture. */ "control_image"?: string
/** How strongly it counts; 0.45 to 0.7 is advised. */ "control_strength"?: number
/** Deliver what was read out of the control picture, too. */ "return_preprocessed_image"?: boolean
})[]
/** One LoRA, or none. */ "lora_settings"?: ({
/** The LoRA. */ "lora_type": "anime" | "art" | "disney" | "furry" | "mjv6" | "realism" | "scenery" | "collage-artstyle" | "creepcute" | "cyberpunk-anime-style" | "deco-pulse" | "deep-sea-particle-enhencer" | "faetastic-details" | "fractal-geometry" | "galactixy-illustrations-style" | "geometric-woman" | "graphic-portrait" | "mat-miller-art" | "moebius-style" | "ob3d-isometric-3d-room" | "paper-quilling-and-layering-style" | "mystic-realism" | "remes-abstract-poster-style"
/** A picture for the LoRAs that want one. */ "lora_image"?: string
/** How strongly it counts. */ "lora_strength"?: number
})[]
}; output: Outputs["pictures"] }
/** Make a variation of a picture. */
"Qubico/flux1-dev-advanced/redux-variation": { input: {
/** What the picture shows. */ "prompt": string
/** The picture to start from, by URL or as base64. */ "image": string
/** Steps of the sampler. */ "steps"?: number
/** How closely the picture follows the prompt. */ "guidance_scale"?: number
/** -1 draws one. */ "seed"?: number
}; output: Outputs["pictures"] }
/** Fill the masked area of a picture. */
"Qubico/flux1-dev-advanced/fill-inpaint": { input: {
/** What the picture shows. */ "prompt": string
/** The picture; the area to fill is painted white in its mask. */ "image": string
/** Steps of the sampler. */ "steps"?: number
/** How closely the picture follows the prompt. */ "guidance_scale"?: number
/** -1 draws one. */ "seed"?: number
}; output: Outputs["pictures"] }
/** Grow a picture beyond its edges. */
"Qubico/flux1-dev-advanced/fill-outpaint": { input: {
/** What the picture shows. */ "prompt": string
/** The picture to start from, by URL or as base64. */ "image": string
/** Steps of the sampler. */ "steps"?: number
/** How closely the picture follows the prompt. */ "guidance_scale"?: number
/** -1 draws one. */ "seed"?: number
/** How far the picture grows on each side. */ "custom_settings": {
/** The kind of these settings. */ "setting_type": "outpaint"
/** Pixels to add at the left. */ "outpaint_left"?: number
/** Pixels to add at the right. */ "outpaint_right"?: number
/** Pixels to add above. */ "outpaint_top"?: number
/** Pixels to add below. */ "outpaint_bottom"?: number
}[]
}; output: Outputs["pictures"] }
/** Edit a picture by an instruction. */
"Qubico/flux1-dev-advanced/kontext": { input: {
/** What the picture shows. */ "prompt": string
/** The picture to start from, by URL or as base64. */ "image": string
/** Width in pixels; width times height is at most 1048576. */ "width"?: number
/** Height in pixels; width times height is at most 1048576. */ "height"?: number
/** Steps of the sampler. */ "steps"?: number
/** How closely the picture follows the prompt. */ "guidance_scale"?: number
/** -1 draws one. */ "seed"?: number
}; output: Outputs["pictures"] }
/** Make or edit a picture with Gemini 2.5 Flash Image. */
"gemini/gemini-2.5-flash-image": { input: {
/** What the picture shows, or how the given ones are edited. */ "prompt": string
/** Pictures to edit or to combine; without any the picture is made from the text alone. */ "image_urls"?: string[]
/** Format of the picture. */ "output_format"?: "jpeg" | "png"
/** Width to height; 1:1 if left out, in edits that of the input. */ "aspect_ratio"?: "21:9" | "1:1" | "4:3" | "3:2" | "2:3" | "5:4" | "4:5" | "3:4" | "16:9" | "9:16"
}; output: Outputs["pictures"] }
/** Make or edit a picture with Nano Banana Pro, up to 4K. */
"gemini/nano-banana-pro": { input: {
/** What the picture shows, or how the given ones are edited. */ "prompt": string
/** Pictures to edit or to combine; without any the picture is made from the text alone. */ "image_urls"?: string[]
/** Format of the picture. */ "output_format"?: "jpeg" | "png" | "jpg"
/** Width to height; 1:1 if left out, in edits that of the input. */ "aspect_ratio"?: "21:9" | "1:1" | "4:3" | "3:2" | "2:3" | "5:4" | "4:5" | "3:4" | "16:9" | "9:16"
/** Size of the picture. */ "resolution"?: "1K" | "2K" | "4K"
/** How strictly content is filtered. */ "safety_level"?: string
}; output: Outputs["pictures"] }
/** Make or edit a picture with Nano Banana 2, up to 4K. */
"gemini/nano-banana-2": { input: {
/** What the picture shows, or how the given ones are edited. */ "prompt": string
/** Pictures to edit or to combine; without any the picture is made from the text alone. */ "image_urls"?: string[]
/** Format of the picture. */ "output_format"?: "jpeg" | "png" | "jpg"
/** Width to height; 1:1 if left out, in edits that of the input. */ "aspect_ratio"?: "21:9" | "1:1" | "4:3" | "3:2" | "2:3" | "5:4" | "4:5" | "3:4" | "16:9" | "9:16" | "1:4" | "4:1" | "1:8" | "8:1"
/** Size of the picture. */ "resolution"?: "1K" | "2K" | "4K"
}; output: Outputs["pictures"] }
/** Make or edit a picture with Nano Banana 2.1, up to 4K. */
"gemini/nano-banana-2.1": { input: {
/** What the picture shows, or how the given ones are edited. */ "prompt": string
/** Pictures to edit or to combine; without any the picture is made from the text alone. */ "image_urls"?: string[]
/** Format of the picture. */ "output_format"?: "jpeg" | "png" | "jpg"
/** Width to height; 1:1 if left out, in edits that of the input. */ "aspect_ratio"?: "21:9" | "1:1" | "4:3" | "3:2" | "2:3" | "5:4" | "4:5" | "3:4" | "16:9" | "9:16" | "1:4" | "4:1" | "1:8" | "8:1"
/** Size of the picture. */ "resolution"?: "1K" | "2K" | "4K"
}; output: Outputs["pictures"] }
/** Make a picture from a description, with legible text in it. */
"Qubico/qwen-image/txt2img": { input: {
/** What the picture shows, or how the given ones are edited. */ "prompt": string
/** What the picture must not show. */ "negative_prompt"?: string
/** Width in pixels. */ "width"?: number
/** Height in pixels. */ "height"?: number
/** Steps of the sampler. */ "steps"?: number
/** -1 draws one. */ "seed"?: number
/** How the steps are spread over the noise; 3 is typical. */ "flow_shift"?: number
}; output: Outputs["pictures"] }
/** Edit a picture by an instruction, with up to two more as reference. */
"Qubico/qwen-image/image-edit": { input: {
/** What the picture shows, or how the given ones are edited. */ "prompt": string
/** What the picture must not show. */ "negative_prompt"?: string
/** The picture to edit. */ "image1": string
/** A second picture to draw on. */ "image2"?: string
/** A third picture to draw on. */ "image3"?: string
/** Steps of the sampler. */ "steps"?: number
/** -1 draws one. */ "seed"?: number
/** How the steps are spread over the noise; 3 is typical. */ "flow_shift"?: number
}; output: Outputs["pictures"] }
/** Make a picture from a description in a moment. */
"Qubico/z-image/txt2img": { input: {
/** What the picture shows. */ "prompt": string
/** What the picture must not show. */ "negative_prompt"?: string
/** Width in pixels. */ "width"?: number
/** Height in pixels. */ "height"?: number
/** How many pictures. */ "batch_size"?: number
/** How the steps are spread over the noise. */ "flow_shift"?: number
/** -1 draws one. */ "seed"?: number
}; output: Outputs["pictures"] }
/** Make or edit a picture with Seedream 5 Lite, up to 3K. */
"seedream/seedream-5-lite": { input: {
/** What the picture shows, or how the given ones are edited. */ "prompt": string
/** What the picture must not show. */ "negative_prompt"?: string
/** Pictures to edit or to combine. */ "image_urls"?: string[]
/** Width to height. */ "aspect_ratio"?: "1:1" | "4:3" | "3:4" | "16:9" | "9:16" | "3:2" | "2:3" | "21:9"
/** Size of the picture. */ "size"?: "2K" | "3K"
/** Format of the picture. */ "output_format"?: "png" | "jpeg"
}; output: Outputs["pictures"] }
/** Make or edit a picture with Seedream 5, up to 3K. */
"seedream/seedream-5": { input: {
/** What the picture shows, or how the given ones are edited. */ "prompt": string
/** What the picture must not show. */ "negative_prompt"?: string
/** Pictures to edit or to combine. */ "image_urls"?: string[]
/** Width to height. */ "aspect_ratio"?: "1:1" | "4:3" | "3:4" | "16:9" | "9:16" | "3:2" | "2:3" | "21:9"
/** Size of the picture. */ "size"?: "2K" | "3K"
/** Format of the picture. */ "output_format"?: "png" | "jpeg"
}; output: Outputs["pictures"] }
/** Make a picture with FLUX 1.1 [pro]. */
"bfl/flux-pro-1.1": { input: {
/** What the picture shows. */ "prompt"?: string
/** A picture to take up. */ "image_prompt"?: string
/** Width in pixels, a multiple of 32. */ "width"?: number
/** Height in pixels, a multiple of 32. */ "height"?: number
/** The same seed gives the same picture. */ "seed"?: number
/** Let the service write the prompt out. */ "prompt_upsampling"?: boolean
/** How much the content filter allows; 0 is the strictest. */ "safety_tolerance"?: number
/** Format of the picture. */ "output_format"?: "jpeg" | "png" | "webp"
}; output: Outputs["pictures"] }
/** Make a picture of four megapixels with FLUX 1.1 [pro] Ultra. */
"bfl/flux-pro-1.1-ultra": { input: {
/** What the picture shows. */ "prompt"?: string
/** The same seed gives the same picture. */ "seed"?: number
/** Let the service write the prompt out. */ "prompt_upsampling"?: boolean
/** How much the content filter allows; 0 is the strictest. */ "safety_tolerance"?: number
/** Width to height, from 21:9 to 9:21. */ "aspect_ratio"?: string
/** Format of the picture. */ "output_format"?: "jpeg" | "png" | "webp"
/** Less processed, closer to a photograph. */ "raw"?: boolean
/** A picture to take up. */ "image_prompt"?: string
/** How much of that picture stays. */ "image_prompt_strength"?: number
}; output: Outputs["pictures"] }
/** Make a picture with FLUX.1 [pro]. */
"bfl/flux-pro": { input: {
/** What the picture shows. */ "prompt"?: string
/** A picture to take up. */ "image_prompt"?: string
/** Width in pixels, a multiple of 32. */ "width"?: number
/** Height in pixels, a multiple of 32. */ "height"?: number
/** The same seed gives the same picture. */ "seed"?: number
/** Let the service write the prompt out. */ "prompt_upsampling"?: boolean
/** How much the content filter allows; 0 is the strictest. */ "safety_tolerance"?: number
/** Format of the picture. */ "output_format"?: "jpeg" | "png" | "webp"
/** Steps of the sampler. */ "steps"?: number
/** How closely the picture follows the prompt. */ "guidance"?: number
/** How far the guidance may swing. */ "interval"?: number
}; output: Outputs["pictures"] }
/** Make a picture with FLUX.1 [dev]. */
"bfl/flux-dev": { input: {
/** What the picture shows. */ "prompt"?: string
/** A picture to take up. */ "image_prompt"?: string
/** Width in pixels, a multiple of 32. */ "width"?: number
/** Height in pixels, a multiple of 32. */ "height"?: number
/** The same seed gives the same picture. */ "seed"?: number
/** Let the service write the prompt out. */ "prompt_upsampling"?: boolean
/** How much the content filter allows; 0 is the strictest. */ "safety_tolerance"?: number
/** Format of the picture. */ "output_format"?: "jpeg" | "png" | "webp"
/** Steps of the sampler. */ "steps"?: number
/** How closely the picture follows the prompt. */ "guidance"?: number
}; output: Outputs["pictures"] }
/** Edit or make a picture with FLUX.1 Kontext [pro]. */
"bfl/flux-kontext-pro": { input: {
/** What the picture shows, or how the given one is changed. */ "prompt": string
/** A picture to edit or to draw on. */ "input_image"?: string
/** A picture to edit or to draw on. */ "input_image_2"?: string
/** A picture to edit or to draw on. */ "input_image_3"?: string
/** A picture to edit or to draw on. */ "input_image_4"?: string
/** The same seed gives the same picture. */ "seed"?: number
/** Let the service write the prompt out. */ "prompt_upsampling"?: boolean
/** How much the content filter allows; 0 is the strictest. */ "safety_tolerance"?: number
/** Width to height, from 21:9 to 9:21. */ "aspect_ratio"?: string
/** Format of the picture. */ "output_format"?: "jpeg" | "png" | "webp"
}; output: Outputs["pictures"] }
/** Edit or make a picture with FLUX.1 Kontext [max]. */
"bfl/flux-kontext-max": { input: {
/** What the picture shows, or how the given one is changed. */ "prompt": string
/** A picture to edit or to draw on. */ "input_image"?: string
/** A picture to edit or to draw on. */ "input_image_2"?: string
/** A picture to edit or to draw on. */ "input_image_3"?: string
/** A picture to edit or to draw on. */ "input_image_4"?: string
/** The same seed gives the same picture. */ "seed"?: number
/** Let the service write the prompt out. */ "prompt_upsampling"?: boolean
/** How much the content filter allows; 0 is the strictest. */ "safety_tolerance"?: number
/** Width to height, from 21:9 to 9:21. */ "aspect_ratio"?: string
/** Format of the picture. */ "output_format"?: "jpeg" | "png" | "webp"
}; output: Outputs["pictures"] }
/** Fill the masked area of a picture with FLUX.1 Fill [pro]. */
"bfl/flux-pro-1.0-fill": { input: {
/** What the picture shows. */ "prompt"?: string
/** The picture; without a mask, its transparent area is filled. */ "image": string
/** White where the picture is filled. */ "mask"?: string
/** How closely the picture follows the prompt. */ "guidance"?: number
/** Steps of the sampler. */ "steps"?: number
/** The same seed gives the same picture. */ "seed"?: number
/** Let the service write the prompt out. */ "prompt_upsampling"?: boolean
/** How much the content filter allows; 0 is the strictest. */ "safety_tolerance"?: number
/** Format of the picture. */ "output_format"?: "jpeg" | "png" | "webp"
}; output: Outputs["pictures"] }
/** Grow a picture beyond its edges with FLUX.1 Expand [pro]. */
"bfl/flux-pro-1.0-expand": { input: {
/** What the picture shows. */ "prompt"?: string
/** The picture. */ "image": string
/** Pixels to add at the top. */ "top"?: number
/** Pixels to add at the bottom. */ "bottom"?: number
/** Pixels to add at the left. */ "left"?: number
/** Pixels to add at the right. */ "right"?: number
/** How closely the picture follows the prompt. */ "guidance"?: number
/** Steps of the sampler. */ "steps"?: number
/** The same seed gives the same picture. */ "seed"?: number
/** Let the service write the prompt out. */ "prompt_upsampling"?: boolean
/** How much the content filter allows; 0 is the strictest. */ "safety_tolerance"?: number
/** Format of the picture. */ "output_format"?: "jpeg" | "png" | "webp"
}; output: Outputs["pictures"] }
/** Make a picture that follows the outline of another. */
"bfl/flux-pro-1.0-canny": { input: {
/** What the picture shows, or how the given one is changed. */ "prompt": string
/** The picture whose form is kept. */ "control_image"?: string
/** Its outline or depth, read out of it beforehand. */ "preprocessed_image"?: string
/** Steps of the sampler. */ "steps"?: number
/** The same seed gives the same picture. */ "seed"?: number
/** Let the service write the prompt out. */ "prompt_upsampling"?: boolean
/** How much the content filter allows; 0 is the strictest. */ "safety_tolerance"?: number
/** Format of the picture. */ "output_format"?: "jpeg" | "png" | "webp"
/** Lower threshold of the outline. */ "canny_low_threshold"?: number
/** Upper threshold of the outline. */ "canny_high_threshold"?: number
/** How closely the picture follows the prompt. */ "guidance"?: number
}; output: Outputs["pictures"] }
/** Make a picture that follows the depth of another. */
"bfl/flux-pro-1.0-depth": { input: {
/** What the picture shows, or how the given one is changed. */ "prompt": string
/** The picture whose form is kept. */ "control_image"?: string
/** Its outline or depth, read out of it beforehand. */ "preprocessed_image"?: string
/** Steps of the sampler. */ "steps"?: number
/** The same seed gives the same picture. */ "seed"?: number
/** Let the service write the prompt out. */ "prompt_upsampling"?: boolean
/** How much the content filter allows; 0 is the strictest. */ "safety_tolerance"?: number
/** Format of the picture. */ "output_format"?: "jpeg" | "png" | "webp"
/** How closely the picture follows the prompt. */ "guidance"?: number
}; output: Outputs["pictures"] }
/** Make or edit a picture with FLUX.2 [pro]. */
"bfl/flux-2-pro": { input: {
/** What the picture shows, or how the given one is changed. */ "prompt": string
/** A picture to edit or to draw on. */ "input_image"?: string
/** A picture to edit or to draw on. */ "input_image_2"?: string
/** A picture to edit or to draw on. */ "input_image_3"?: string
/** A picture to edit or to draw on. */ "input_image_4"?: string
/** A picture to edit or to draw on. */ "input_image_5"?: string
/** A picture to edit or to draw on. */ "input_image_6"?: string
/** A picture to edit or to draw on. */ "input_image_7"?: string
/** A picture to edit or to draw on. */ "input_image_8"?: string
/** The same seed gives the same picture. */ "seed"?: number
/** Width in pixels, a multiple of 16; by default that of the first input. */ "width"?: number
/** Height in pixels, a multiple of 16; by default that of the first input. */ "height"?: number
/** How much the content filter allows; 0 is the strictest. */ "safety_tolerance"?: number
/** Format of the picture. */ "output_format"?: "jpeg" | "png" | "webp"
}; output: Outputs["pictures"] }
/** Make or edit a picture with FLUX.2 [max]. */
"bfl/flux-2-max": { input: {
/** What the picture shows, or how the given one is changed. */ "prompt": string
/** A picture to edit or to draw on. */ "input_image"?: string
/** A picture to edit or to draw on. */ "input_image_2"?: string
/** A picture to edit or to draw on. */ "input_image_3"?: string
/** A picture to edit or to draw on. */ "input_image_4"?: string
/** A picture to edit or to draw on. */ "input_image_5"?: string
/** A picture to edit or to draw on. */ "input_image_6"?: string
/** A picture to edit or to draw on. */ "input_image_7"?: string
/** A picture to edit or to draw on. */ "input_image_8"?: string
/** The same seed gives the same picture. */ "seed"?: number
/** Width in pixels, a multiple of 16; by default that of the first input. */ "width"?: number
/** Height in pixels, a multiple of 16; by default that of the first input. */ "height"?: number
/** How much the content filter allows; 0 is the strictest. */ "safety_tolerance"?: number
/** Format of the picture. */ "output_format"?: "jpeg" | "png" | "webp"
}; output: Outputs["pictures"] }
/** Make or edit a picture with FLUX.2 [flex], its sampler in your hands. */
"bfl/flux-2-flex": { input: {
/** What the picture shows, or how the given one is changed. */ "prompt": string
/** A picture to edit or to draw on. */ "input_image"?: string
/** A picture to edit or to draw on. */ "input_image_2"?: string
/** A picture to edit or to draw on. */ "input_image_3"?: string
/** A picture to edit or to draw on. */ "input_image_4"?: string
/** A picture to edit or to draw on. */ "input_image_5"?: string
/** A picture to edit or to draw on. */ "input_image_6"?: string
/** A picture to edit or to draw on. */ "input_image_7"?: string
/** A picture to edit or to draw on. */ "input_image_8"?: string
/** The same seed gives the same picture. */ "seed"?: number
/** Width in pixels, a multiple of 16; by default that of the first input. */ "width"?: number
/** Height in pixels, a multiple of 16; by default that of the first input. */ "height"?: number
/** How much the content filter allows; 0 is the strictest. */ "safety_tolerance"?: number
/** Format of the picture. */ "output_format"?: "jpeg" | "png" | "webp"
/** Let the service write the prompt out. */ "prompt_upsampling"?: boolean
/** How closely the picture follows the prompt. */ "guidance"?: number
/** Steps of the sampler. */ "steps"?: number
}; output: Outputs["pictures"] }
/** Make or edit a picture with FLUX.2 [klein] 4B. */
"bfl/flux-2-klein-4b": { input: {
/** What the picture shows, or how the given one is changed. */ "prompt": string
/** A picture to edit or to draw on. */ "input_image"?: string
/** A picture to edit or to draw on. */ "input_image_2"?: string
/** A picture to edit or to draw on. */ "input_image_3"?: string
/** A picture to edit or to draw on. */ "input_image_4"?: string
/** A picture to edit or to draw on. */ "input_image_5"?: string
/** A picture to edit or to draw on. */ "input_image_6"?: string
/** A picture to edit or to draw on. */ "input_image_7"?: string
/** A picture to edit or to draw on. */ "input_image_8"?: string
/** The same seed gives the same picture. */ "seed"?: number
/** Width in pixels, a multiple of 16; by default that of the first input. */ "width"?: number
/** Height in pixels, a multiple of 16; by default that of the first input. */ "height"?: number
/** How much the content filter allows; 0 is the strictest. */ "safety_tolerance"?: number
/** Format of the picture. */ "output_format"?: "jpeg" | "png" | "webp"
}; output: Outputs["pictures"] }
/** Make or edit a picture with FLUX.2 [klein] 9B. */
"bfl/flux-2-klein-9b": { input: {
/** What the picture shows, or how the given one is changed. */ "prompt": string
/** A picture to edit or to draw on. */ "input_image"?: string
/** A picture to edit or to draw on. */ "input_image_2"?: string
/** A picture to edit or to draw on. */ "input_image_3"?: string
/** A picture to edit or to draw on. */ "input_image_4"?: string
/** A picture to edit or to draw on. */ "input_image_5"?: string
/** A picture to edit or to draw on. */ "input_image_6"?: string
/** A picture to edit or to draw on. */ "input_image_7"?: string
/** A picture to edit or to draw on. */ "input_image_8"?: string
/** The same seed gives the same picture. */ "seed"?: number
/** Width in pixels, a multiple of 16; by default that of the first input. */ "width"?: number
/** Height in pixels, a multiple of 16; by default that of the first input. */ "height"?: number
/** How much the content filter allows; 0 is the strictest. */ "safety_tolerance"?: number
/** Format of the picture. */ "output_format"?: "jpeg" | "png" | "webp"
}; output: Outputs["pictures"] }
/** Make a video with sound with FLUX.3 Video. */
"bfl/flux-3-video": { input: {
/** What the video shows. */ "prompt"?: string
/** From text, from pictures, from a video, or from an earlier draft. */ "mode"?: "t2v" | "i2v" | "v2v" | "draft_enhance"
/** The shorter side has 720 or 1,080 pixels. */ "resolution"?: "hd" | "fhd"
/** Width to height. */ "aspect_ratio"?: "auto" | "21:9" | "2:1" | "16:9" | "4:3" | "1:1" | "3:4" | "9:16"
/** Seconds, 5 to 20, or "auto". */ "duration"?: (number | "auto")
/** Pictures that the video passes through. */ "keyframes"?: {
/** The picture. */ "image": string
/** The second at which it stands. */ "time"?: number
}[]
/** The video that is continued. */ "start_video"?: string
/** A fast preview. */ "draft"?: boolean
/** The same seed gives the same picture. */ "seed"?: number
/** How much the content filter allows; 0 is the strictest. */ "safety_tolerance"?: number
}; output: Outputs["videos"] }
/** Train FLUX [pro] on pictures of your own. */
"bfl/finetune": { input: {
/** Name of the finetune, or a note on it. */ "finetune_comment": string
/** A zip of 1 to 20 pictures and, if wanted, a text of the same name for each that describes it. */ "file_data": string
/** What is learnt of the pictures; it guides how they are described. */ "mode": "general" | "character" | "style" | "product"
/** The word that refers to it in a prompt. */ "trigger_word"?: string
/** How long it is trained. */ "iterations"?: number
/** Let the service describe the pictures. */ "captioning"?: boolean
/** Whether training and drawing shall rather be fast or good. */ "priority"?: "speed" | "quality" | "high_res_only"
/** Train the whole model and keep the difference, or train a LoRA. */ "finetune_type"?: "full" | "lora"
/** Rank of the LoRA; 16 is trained and loaded faster. */ "lora_rank"?: 16 | 32
/** By default 0.00001 for "full", 0.0001 for "lora". */ "learning_rate"?: number
}; output: Outputs["data"] }
/** Make a picture with FLUX.1 [pro], with a finetune. */
"bfl/flux-pro-finetuned": { input: {
/** What the picture shows. */ "prompt"?: string
/** A picture to take up. */ "image_prompt"?: string
/** Width in pixels, a multiple of 32. */ "width"?: number
/** Height in pixels, a multiple of 32. */ "height"?: number
/** The same seed gives the same picture. */ "seed"?: number
/** Let the service write the prompt out. */ "prompt_upsampling"?: boolean
/** How much the content filter allows; 0 is the strictest. */ "safety_tolerance"?: number
/** Format of the picture. */ "output_format"?: "jpeg" | "png" | "webp"
/** Steps of the sampler. */ "steps"?: number
/** How closely the picture follows the prompt. */ "guidance"?: number
/** How far the guidance may swing. */ "interval"?: number
/** The finetune: the id of its training. */ "finetune_id": string
/** How much of the finetune shows: 0 is nothing, 1 is all. */ "finetune_strength"?: number
}; output: Outputs["pictures"] }
/** Make a picture of four megapixels with FLUX 1.1 [pro] Ultra, with a finetune. */
"bfl/flux-pro-1.1-ultra-finetuned": { input: {
/** What the picture shows. */ "prompt"?: string
/** The same seed gives the same picture. */ "seed"?: number
/** Let the service write the prompt out. */ "prompt_upsampling"?: boolean
/** How much the content filter allows; 0 is the strictest. */ "safety_tolerance"?: number
/** Width to height, from 21:9 to 9:21. */ "aspect_ratio"?: string
/** Format of the picture. */ "output_format"?: "jpeg" | "png" | "webp"
/** Less processed, closer to a photograph. */ "raw"?: boolean
/** A picture to take up. */ "image_prompt"?: string
/** How much of that picture stays. */ "image_prompt_strength"?: number
/** The finetune: the id of its training. */ "finetune_id": string
/** How much of the finetune shows: 0 is nothing, 1 is all. */ "finetune_strength"?: number
}; output: Outputs["pictures"] }
/** Fill the masked area of a picture with FLUX.1 Fill [pro], with a finetune. */
"bfl/flux-pro-1.0-fill-finetuned": { input: {
/** What the picture shows. */ "prompt"?: string
/** The picture; without a mask, its transparent area is filled. */ "image": string
/** White where the picture is filled. */ "mask"?: string
/** How closely the picture follows the prompt. */ "guidance"?: number
/** Steps of the sampler. */ "steps"?: number
/** The same seed gives the same picture. */ "seed"?: number
/** Let the service write the prompt out. */ "prompt_upsampling"?: boolean
/** How much the content filter allows; 0 is the strictest. */ "safety_tolerance"?: number
/** Format of the picture. */ "output_format"?: "jpeg" | "png" | "webp"
/** The finetune: the id of its training. */ "finetune_id": string
/** How much of the finetune shows: 0 is nothing, 1 is all. */ "finetune_strength"?: number
}; output: Outputs["pictures"] }
/** Make a picture that follows the outline of another, with a finetune. */
"bfl/flux-pro-1.0-canny-finetuned": { input: {
/** What the picture shows, or how the given one is changed. */ "prompt": string
/** The picture whose form is kept. */ "control_image"?: string
/** Its outline or depth, read out of it beforehand. */ "preprocessed_image"?: string
/** Steps of the sampler. */ "steps"?: number
/** The same seed gives the same picture. */ "seed"?: number
/** Let the service write the prompt out. */ "prompt_upsampling"?: boolean
/** How much the content filter allows; 0 is the strictest. */ "safety_tolerance"?: number
/** Format of the picture. */ "output_format"?: "jpeg" | "png" | "webp"
/** Lower threshold of the outline. */ "canny_low_threshold"?: number
/** Upper threshold of the outline. */ "canny_high_threshold"?: number
/** How closely the picture follows the prompt. */ "guidance"?: number
/** The finetune: the id of its training. */ "finetune_id": string
/** How much of the finetune shows: 0 is nothing, 1 is all. */ "finetune_strength"?: number
}; output: Outputs["pictures"] }
/** Make a picture that follows the depth of another, with a finetune. */
"bfl/flux-pro-1.0-depth-finetuned": { input: {
/** What the picture shows, or how the given one is changed. */ "prompt": string
/** The picture whose form is kept. */ "control_image"?: string
/** Its outline or depth, read out of it beforehand. */ "preprocessed_image"?: string
/** Steps of the sampler. */ "steps"?: number
/** The same seed gives the same picture. */ "seed"?: number
/** Let the service write the prompt out. */ "prompt_upsampling"?: boolean
/** How much the content filter allows; 0 is the strictest. */ "safety_tolerance"?: number
/** Format of the picture. */ "output_format"?: "jpeg" | "png" | "webp"
/** How closely the picture follows the prompt. */ "guidance"?: number
/** The finetune: the id of its training. */ "finetune_id": string
/** How much of the finetune shows: 0 is nothing, 1 is all. */ "finetune_strength"?: number
}; output: Outputs["pictures"] }
/** Make a picture with a GPT image model or DALL·E. */
"gpt-image/generate": { input: {
/** What the picture shows, or how the given ones are changed. */ "prompt": string
/** The model. */ "model"?: "gpt-image-1" | "gpt-image-1-mini" | "gpt-image-1.5" | "gpt-image-2" | "gpt-image-2-preview" | "gpt-image-2.5-sunburst" | "gpt-image-2.5-flare" | "gpt-image-2.6-sunburst" | "gpt-image-2.6-flare" | "chatgpt-image-latest" | "dall-e-2" | "dall-e-3"
/** How many pictures. */ "n"?: number
/** Width and height, such as 1536x1024, or "auto". */ "size"?: string
/** How much care is taken; "hd" with DALL·E 3 only. */ "quality"?: "auto" | "low" | "medium" | "high" | "xhigh" | "max" | "standard" | "hd"
/** Format of the picture. */ "output_format"?: "png" | "jpeg" | "webp"
/** How far a JPEG or WebP is compressed, in percent. */ "output_compression"?: number
/** What lies behind. */ "background"?: "auto" | "transparent" | "opaque"
/** How strictly the content is judged. */ "moderation"?: "auto" | "low"
/** Your id of the user who sends the request. */ "user"?: string
/** With DALL·E 3 only. */ "style"?: "vivid" | "natural"
}; output: Outputs["pictures"] }
/** Change or combine pictures with a GPT image model. */
"gpt-image/edit": { input: {
/** What the picture shows, or how the given ones are changed. */ "prompt": string
/** The pictures to change or to combine. */ "image": string[]
/** Transparent where the first picture is changed. */ "mask"?: string
/** How closely faces and details are kept. */ "input_fidelity"?: "high" | "low"
/** The model. */ "model"?: "gpt-image-1" | "gpt-image-1-mini" | "gpt-image-1.5" | "gpt-image-2" | "gpt-image-2-preview" | "gpt-image-2.5-sunburst" | "gpt-image-2.5-flare" | "gpt-image-2.6-sunburst" | "gpt-image-2.6-flare" | "chatgpt-image-latest" | "dall-e-2" | "dall-e-3"
/** How many pictures. */ "n"?: number
/** Width and height, such as 1536x1024, or "auto". */ "size"?: string
/** How much care is taken; "hd" with DALL·E 3 only. */ "quality"?: "auto" | "low" | "medium" | "high" | "xhigh" | "max" | "standard" | "hd"
/** Format of the picture. */ "output_format"?: "png" | "jpeg" | "webp"
/** How far a JPEG or WebP is compressed, in percent. */ "output_compression"?: number
/** What lies behind. */ "background"?: "auto" | "transparent" | "opaque"
/** How strictly the content is judged. */ "moderation"?: "auto" | "low"
/** Your id of the user who sends the request. */ "user"?: string
}; output: Outputs["pictures"] }
/** Make a picture with Ideogram 1 or 2. */
"ideogram/generate": { input: {
/** What the picture shows, or how the given one is changed. */ "prompt": string
/** The model. */ "model"?: "V_1" | "V_1_TURBO" | "V_2" | "V_2_TURBO" | "V_2A" | "V_2A_TURBO" | "V_3" | "AUTO"
/** Width to height; 1:1 if left out. */ "aspect_ratio"?: "ASPECT_10_16" | "ASPECT_16_10" | "ASPECT_9_16" | "ASPECT_16_9" | "ASPECT_3_2" | "ASPECT_2_3" | "ASPECT_4_3" | "ASPECT_3_4" | "ASPECT_1_1" | "ASPECT_1_3" | "ASPECT_3_1"
/** Width and height in pixels. */ "resolution"?: string
/** Whether the service writes the prompt out. */ "magic_prompt_option"?: "AUTO" | "ON" | "OFF"
/** The kind of picture. */ "style_type"?: "AUTO" | "GENERAL" | "FICTION" | "REALISTIC" | "DESIGN" | "RENDER_3D" | "ANIME" | "CUSTOM" | "STYLIZED"
/** What the picture must not show. */ "negative_prompt"?: string
/** How many pictures. */ "num_images"?: number
/** The same seed gives the same picture. */ "seed"?: number
/** The colours, by a name or one by one. */ "color_palette"?: {
/** A palette of the service. */ "name"?: string
/** Colours of your own. */ "members"?: {
/** The colour. */ "color_hex": string
/** How much of it there is to be. */ "color_weight"?: number
}[]
}
}; output: Outputs["pictures"] }
/** Make a picture from a picture with Ideogram 1 or 2. */
"ideogram/remix": { input: {
/** What the picture shows, or how the given one is changed. */ "prompt": string
/** The model. */ "model"?: "V_1" | "V_1_TURBO" | "V_2" | "V_2_TURBO" | "V_2A" | "V_2A_TURBO" | "V_3" | "AUTO"
/** Width to height; 1:1 if left out. */ "aspect_ratio"?: "ASPECT_10_16" | "ASPECT_16_10" | "ASPECT_9_16" | "ASPECT_16_9" | "ASPECT_3_2" | "ASPECT_2_3" | "ASPECT_4_3" | "ASPECT_3_4" | "ASPECT_1_1" | "ASPECT_1_3" | "ASPECT_3_1"
/** Width and height in pixels. */ "resolution"?: string
/** Whether the service writes the prompt out. */ "magic_prompt_option"?: "AUTO" | "ON" | "OFF"
/** The kind of picture. */ "style_type"?: "AUTO" | "GENERAL" | "FICTION" | "REALISTIC" | "DESIGN" | "RENDER_3D" | "ANIME" | "CUSTOM" | "STYLIZED"
/** What the picture must not show. */ "negative_prompt"?: string
/** How many pictures. */ "num_images"?: number
/** The same seed gives the same picture. */ "seed"?: number
/** The colours, by a name or one by one. */ "color_palette"?: {
/** A palette of the service. */ "name"?: string
/** Colours of your own. */ "members"?: {
/** The colour. */ "color_hex": string
/** How much of it there is to be. */ "color_weight"?: number
}[]
}
/** The picture. */ "image_file": string
/** How much of the given picture stays, in percent. */ "image_weight"?: number
}; output: Outputs["pictures"] }
/** Change the masked area of a picture with Ideogram 2. */
"ideogram/edit": { input: {
/** What the picture shows, or how the given one is changed. */ "prompt": string
/** The picture. */ "image_file": string
/** Black where the picture is changed. */ "mask": string
/** The model. */ "model"?: "V_1" | "V_1_TURBO" | "V_2" | "V_2_TURBO" | "V_2A" | "V_2A_TURBO" | "V_3" | "AUTO"
/** Whether the service writes the prompt out. */ "magic_prompt_option"?: "AUTO" | "ON" | "OFF"
/** The kind of picture. */ "style_type"?: "AUTO" | "GENERAL" | "FICTION" | "REALISTIC" | "DESIGN" | "RENDER_3D" | "ANIME" | "CUSTOM" | "STYLIZED"
/** How many pictures. */ "num_images"?: number
/** The same seed gives the same picture. */ "seed"?: number
}; output: Outputs["pictures"] }
/** Enlarge a picture with Ideogram. */
"ideogram/upscale": { input: {
/** What the picture shows. */ "prompt"?: string
/** The picture. */ "image_file": string
/** How close to the picture the result stays. */ "resemblance"?: number
/** How much detail is added. */ "detail"?: number
/** Whether the service writes the prompt out. */ "magic_prompt_option"?: "AUTO" | "ON" | "OFF"
/** How many pictures. */ "num_images"?: number
/** The same seed gives the same picture. */ "seed"?: number
}; output: Outputs["pictures"] }
/** Describe a picture. */
"ideogram/describe": { input: {
/** The picture. */ "image_file": string
/** The model. */ "describe_model_version"?: "V_2" | "V_3" | "CUSTOM"
}; output: Outputs["texts"] }
/** Grow a square picture into another shape with Ideogram 2. */
"ideogram/reframe": { input: {
/** The picture. */ "image_file": string
/** Width and height in pixels. */ "resolution": string
/** The model. */ "model"?: "V_1" | "V_1_TURBO" | "V_2" | "V_2_TURBO" | "V_2A" | "V_2A_TURBO" | "V_3" | "AUTO"
/** The kind of picture. */ "style_type"?: "AUTO" | "GENERAL" | "FICTION" | "REALISTIC" | "DESIGN" | "RENDER_3D" | "ANIME" | "CUSTOM" | "STYLIZED"
/** How many pictures. */ "num_images"?: number
/** The same seed gives the same picture. */ "seed"?: number
}; output: Outputs["pictures"] }
/** Make a picture with Ideogram 3. */
"ideogram/v3-generate": { input: {
/** What the picture shows, or how the given one is changed. */ "prompt": string
/** What the picture must not show. */ "negative_prompt"?: string
/** Whether the service writes the prompt out. */ "magic_prompt"?: "AUTO" | "ON" | "OFF"
/** Width to height; 1x1 if left out. */ "aspect_ratio"?: "1x3" | "3x1" | "1x2" | "2x1" | "9x16" | "16x9" | "10x16" | "16x10" | "2x3" | "3x2" | "3x4" | "4x3" | "4x5" | "5x4" | "1x1"
/** Width and height in pixels. */ "resolution"?: string
/** Styles by their codes. */ "style_codes"?: string[]
/** A style by its name, such as "ART_DECO". */ "style_preset"?: string
/** Pictures whose style is taken over. */ "style_reference_images"?: string[]
/** The colours, by a name or one by one. */ "color_palette"?: {
/** A palette of the service. */ "name"?: string
/** Colours of your own. */ "members"?: {
/** The colour. */ "color_hex": string
/** How much of it there is to be. */ "color_weight"?: number
}[]
}
/** The kind of picture. */ "style_type"?: "AUTO" | "GENERAL" | "REALISTIC" | "DESIGN" | "CUSTOM" | "FICTION" | "STYLIZED"
/** A model of your own. */ "custom_model_uri"?: string
/** Pictures of a person who is to appear. */ "character_reference_images"?: string[]
/** What of those pictures counts, one each. */ "character_reference_images_mask"?: string[]
/** Faster and cheaper, or better. */ "rendering_speed"?: "FLASH" | "TURBO" | "BALANCED" | "DEFAULT" | "QUALITY"
/** How many pictures. */ "num_images"?: number
/** The same seed gives the same picture. */ "seed"?: number
}; output: Outputs["pictures"] }
/** Make a picture from a picture with Ideogram 3. */
"ideogram/v3-remix": { input: {
/** What the picture shows, or how the given one is changed. */ "prompt": string
/** What the picture must not show. */ "negative_prompt"?: string
/** The picture. */ "image": string
/** How much of the given picture stays, in percent. */ "image_weight"?: number
/** Whether the service writes the prompt out. */ "magic_prompt"?: "AUTO" | "ON" | "OFF"
/** Width to height; 1x1 if left out. */ "aspect_ratio"?: "1x3" | "3x1" | "1x2" | "2x1" | "9x16" | "16x9" | "10x16" | "16x10" | "2x3" | "3x2" | "3x4" | "4x3" | "4x5" | "5x4" | "1x1"
/** Width and height in pixels. */ "resolution"?: string
/** Styles by their codes. */ "style_codes"?: string[]
/** A style by its name, such as "ART_DECO". */ "style_preset"?: string
/** Pictures whose style is taken over. */ "style_reference_images"?: string[]
/** The colours, by a name or one by one. */ "color_palette"?: {
/** A palette of the service. */ "name"?: string
/** Colours of your own. */ "members"?: {
/** The colour. */ "color_hex": string
/** How much of it there is to be. */ "color_weight"?: number
}[]
}
/** The kind of picture. */ "style_type"?: "AUTO" | "GENERAL" | "REALISTIC" | "DESIGN" | "CUSTOM" | "FICTION" | "STYLIZED"
/** A model of your own. */ "custom_model_uri"?: string
/** Pictures of a person who is to appear. */ "character_reference_images"?: string[]
/** What of those pictures counts, one each. */ "character_reference_images_mask"?: string[]
/** Faster and cheaper, or better. */ "rendering_speed"?: "FLASH" | "TURBO" | "BALANCED" | "DEFAULT" | "QUALITY"
/** How many pictures. */ "num_images"?: number
/** The same seed gives the same picture. */ "seed"?: number
}; output: Outputs["pictures"] }
/** Change the masked area of a picture with Ideogram 3. */
"ideogram/v3-edit": { input: {
/** What the picture shows, or how the given one is changed. */ "prompt": string
/** The picture. */ "image": string
/** Black where it is changed. */ "mask": string
/** Whether the service writes the prompt out. */ "magic_prompt"?: "AUTO" | "ON" | "OFF"
/** Styles by their codes. */ "style_codes"?: string[]
/** A style by its name, such as "ART_DECO". */ "style_preset"?: string
/** Pictures whose style is taken over. */ "style_reference_images"?: string[]
/** The colours, by a name or one by one. */ "color_palette"?: {
/** A palette of the service. */ "name"?: string
/** Colours of your own. */ "members"?: {
/** The colour. */ "color_hex": string
/** How much of it there is to be. */ "color_weight"?: number
}[]
}
/** The kind of picture. */ "style_type"?: "AUTO" | "GENERAL" | "REALISTIC" | "DESIGN" | "CUSTOM" | "FICTION" | "STYLIZED"
/** A model of your own. */ "custom_model_uri"?: string
/** Pictures of a person who is to appear. */ "character_reference_images"?: string[]
/** What of those pictures counts, one each. */ "character_reference_images_mask"?: string[]
/** Faster and cheaper, or better. */ "rendering_speed"?: "FLASH" | "TURBO" | "BALANCED" | "DEFAULT" | "QUALITY"
/** How many pictures. */ "num_images"?: number
/** The same seed gives the same picture. */ "seed"?: number
}; output: Outputs["pictures"] }
/** Grow a picture into another shape with Ideogram 3. */
"ideogram/v3-reframe": { input: {
/** The picture. */ "image": string
/** Width and height in pixels. */ "resolution": string
/** Styles by their codes. */ "style_codes"?: string[]
/** A style by its name, such as "ART_DECO". */ "style_preset"?: string
/** Pictures whose style is taken over. */ "style_reference_images"?: string[]
/** The colours, by a name or one by one. */ "color_palette"?: {
/** A palette of the service. */ "name"?: string
/** Colours of your own. */ "members"?: {
/** The colour. */ "color_hex": string
/** How much of it there is to be. */ "color_weight"?: number
}[]
}
/** Faster and cheaper, or better. */ "rendering_speed"?: "FLASH" | "TURBO" | "BALANCED" | "DEFAULT" | "QUALITY"
/** How many pictures. */ "num_images"?: number
/** The same seed gives the same picture. */ "seed"?: number
}; output: Outputs["pictures"] }
/** Put another background behind what a picture shows. */
"ideogram/v3-replace-background": { input: {
/** What the picture shows, or how the given one is changed. */ "prompt": string
/** The picture. */ "image": string
/** Whether the service writes the prompt out. */ "magic_prompt"?: "AUTO" | "ON" | "OFF"
/** Styles by their codes. */ "style_codes"?: string[]
/** A style by its name, such as "ART_DECO". */ "style_preset"?: string
/** Pictures whose style is taken over. */ "style_reference_images"?: string[]
/** The colours, by a name or one by one. */ "color_palette"?: {
/** A palette of the service. */ "name"?: string
/** Colours of your own. */ "members"?: {
/** The colour. */ "color_hex": string
/** How much of it there is to be. */ "color_weight"?: number
}[]
}
/** Faster and cheaper, or better. */ "rendering_speed"?: "FLASH" | "TURBO" | "BALANCED" | "DEFAULT" | "QUALITY"
/** How many pictures. */ "num_images"?: number
/** The same seed gives the same picture. */ "seed"?: number
}; output: Outputs["pictures"] }
/** Make a picture without a background with Ideogram 3. */
"ideogram/v3-generate-transparent": { input: {
/** What the picture shows, or how the given one is changed. */ "prompt": string
/** What the picture must not show. */ "negative_prompt"?: string
/** Whether the service writes the prompt out. */ "magic_prompt"?: "AUTO" | "ON" | "OFF"
/** Width to height; 1x1 if left out. */ "aspect_ratio"?: "1x3" | "3x1" | "1x2" | "2x1" | "9x16" | "16x9" | "10x16" | "16x10" | "2x3" | "3x2" | "3x4" | "4x3" | "4x5" | "5x4" | "1x1"
/** By how much it is enlarged. */ "upscale_factor"?: "X1" | "X2" | "X4"
/** A model of your own. */ "custom_model_uri"?: string
/** Faster and cheaper, or better. */ "rendering_speed"?: "FLASH" | "TURBO" | "BALANCED" | "DEFAULT" | "QUALITY"
/** How many pictures. */ "num_images"?: number
/** The same seed gives the same picture. */ "seed"?: number
}; output: Outputs["pictures"] }
/** Make a picture with Ideogram 4. */
"ideogram/v4-generate": { input: {
/** What the picture shows. */ "text_prompt"?: string
/** The picture part by part, in place of text: objects, their places, text in it. */ "json_prompt"?: Record<string, unknown>
/** Width to height; 1x1 if left out. */ "aspect_ratio"?: "1x4" | "4x1" | "1x3" | "3x1" | "1x2" | "2x1" | "9x16" | "16x9" | "10x16" | "16x10" | "2x3" | "3x2" | "3x4" | "4x3" | "4x5" | "5x4" | "1x1"
/** Width and height in pixels. */ "resolution"?: string
/** Whether the service writes the prompt out. */ "magic_prompt"?: "AUTO" | "ON" | "OFF"
/** Faster and cheaper, or better. */ "rendering_speed"?: "TURBO" | "DEFAULT" | "QUALITY"
/** How many pictures. */ "num_images"?: number
/** The same seed gives the same picture. */ "seed"?: number
/** Look for likenesses and logos, and hold back what has them. */ "enable_copyright_detection"?: boolean
}; output: Outputs["pictures"] }
/** Make a picture without a background with Ideogram 4. */
"ideogram/v4-generate-transparent": { input: {
/** What the picture shows. */ "text_prompt"?: string
/** The picture part by part, in place of text: objects, their places, text in it. */ "json_prompt"?: Record<string, unknown>
/** Width to height; 1x1 if left out. */ "aspect_ratio"?: "1x4" | "4x1" | "1x3" | "3x1" | "1x2" | "2x1" | "9x16" | "16x9" | "10x16" | "16x10" | "2x3" | "3x2" | "3x4" | "4x3" | "4x5" | "5x4" | "1x1"
/** Width and height in pixels. */ "resolution"?: string
/** Whether the service writes the prompt out. */ "magic_prompt"?: "AUTO" | "ON" | "OFF"
/** Faster and cheaper, or better. */ "rendering_speed"?: "TURBO" | "DEFAULT" | "QUALITY"
/** How many pictures. */ "num_images"?: number
/** The same seed gives the same picture. */ "seed"?: number
/** Look for likenesses and logos, and hold back what has them. */ "enable_copyright_detection"?: boolean
}; output: Outputs["pictures"] }
/** Make a picture from a picture with Ideogram 4. */
"ideogram/v4-remix": { input: {
/** The picture. */ "image": string
/** How much of the given picture stays, in percent. */ "image_weight"?: number
/** What the picture shows. */ "text_prompt"?: string
/** The picture part by part, in place of text: objects, their places, text in it. */ "json_prompt"?: Record<string, unknown>
/** Width to height; 1x1 if left out. */ "aspect_ratio"?: "1x4" | "4x1" | "1x3" | "3x1" | "1x2" | "2x1" | "9x16" | "16x9" | "10x16" | "16x10" | "2x3" | "3x2" | "3x4" | "4x3" | "4x5" | "5x4" | "1x1"
/** Width and height in pixels. */ "resolution"?: string
/** Whether the service writes the prompt out. */ "magic_prompt"?: "AUTO" | "ON" | "OFF"
/** Faster and cheaper, or better. */ "rendering_speed"?: "TURBO" | "DEFAULT" | "QUALITY"
/** How many pictures. */ "num_images"?: number
/** The same seed gives the same picture. */ "seed"?: number
/** Look for likenesses and logos, and hold back what has them. */ "enable_copyright_detection"?: boolean
}; output: Outputs["pictures"] }
/** Make a picture with Ideogram 4.5, or change one. */
"ideogram/v45-generate": { input: {
/** What the picture shows, or how it is changed; also a structured prompt as JSON. */ "prompt": string
/** Faster and cheaper, or better. */ "quality"?: "very_low" | "low" | "medium" | "high"
/** The same seed gives the same. */ "seed"?: number
/** How many pictures. */ "num_images"?: number
/** Look for likenesses and logos, and hold back what has them. */ "enable_copyright_detection"?: boolean
/** Whether the service writes the prompt out. */ "magic_prompt"?: "auto" | "on" | "off"
/** The picture that is changed, and others to refer to. */ "images"?: string[]
/** Black where the picture is changed. */ "mask"?: string
/** Width and height, "source" for those of the first picture, or "auto". */ "size"?: string
}; output: Outputs["pictures"] }
/** Change a picture with Ideogram 4.5, and leave the rest as it is. */
"ideogram/v45-precise-edit": { input: {
/** What the picture shows, or how it is changed; also a structured prompt as JSON. */ "prompt": string
/** Faster and cheaper, or better. */ "quality"?: "very_low" | "low" | "medium" | "high"
/** The same seed gives the same. */ "seed"?: number
/** How many pictures. */ "num_images"?: number
/** Look for likenesses and logos, and hold back what has them. */ "enable_copyright_detection"?: boolean
/** The picture that is changed. */ "image": string
/** Pictures that guide the change. */ "reference_images"?: string[]
/** Black where the picture is changed. */ "mask"?: string
}; output: Outputs["pictures"] }
/** Write a structured prompt of Ideogram 4 from words. */
"ideogram/v4-magic-prompt": { input: {
/** What the picture is to show. */ "text_prompt": string
/** Width to height; AUTO chooses it. */ "aspect_ratio"?: "AUTO" | "1x4" | "1x3" | "1x2" | "9x16" | "10x16" | "2x3" | "3x4" | "4x5" | "1x1" | "5x4" | "4x3" | "3x2" | "16x10" | "16x9" | "2x1" | "3x1" | "4x1"
}; output: Outputs["data"] }
/** Describe a picture as a structured prompt of Ideogram 4. */
"ideogram/v4-describe": { input: {
/** The picture. */ "image_file": string
/** Say where what it shows is; true if left out. */ "include_bbox"?: boolean
/** Describe its style. */ "include_style_descriptions"?: boolean
/** Add tags. */ "include_tags"?: boolean
}; output: Outputs["data"] }
/** Take the texts out of a picture, and tell them apart. */
"ideogram/v3-layerize-text": { input: {
/** The picture. */ "image": string
/** What it shows; described by the service if left out. */ "prompt"?: string
/** The same seed gives the same. */ "seed"?: number
}; output: Outputs["pictures"] }
/** Make a picture or a vector drawing with Recraft. */
"recraft/generate": { input: {
/** What the picture shows; models before V4 read 1,000 characters. */ "prompt": string
/** What the picture must not show. */ "negative_prompt"?: string
/** A model of Recraft; with _vector at its end it draws SVG. */ "model"?: string
/** How many pictures. */ "n"?: number
/** A style, such as realistic_image or vector_illustration. */ "style"?: string
/** A style within the style. */ "substyle"?: string
/** How closely the style is kept. */ "style_match"?: "regular" | "precise" | "flexible"
/** A style of your own; not together with style. */ "style_id"?: string
/** Pictures whose style is copied. */ "style_reference_urls"?: string[]
/** Colours and the like. */ "controls"?: {
/** From plain to artful. */ "artistic_level"?: number
/** Colours to prefer. */ "colors"?: {
/** Red, green, blue. */ "rgb": number[]
}[]
/** Colour of the background. */ "background_color"?: {
/** Red, green, blue. */ "rgb": number[]
}
/** Write no letters into the picture. */ "no_text"?: boolean
}
/** Words and their places in the picture. */ "text_layout"?: {
/** A word. */ "text": string
/** Its corners; 0 is left or above, 1 right or below. */ "bbox": number[][]
}[]
/** The same seed gives the same picture. */ "random_seed"?: number
/** Format of pictures that are not vector drawings. */ "image_format"?: "webp" | "png"
/** Enlarge the result to that many megapixels. */ "upscale"?: "upscale4mp" | "upscale16mp"
/** How freely the prompt is read. */ "creativity"?: "simple" | "standard" | "eccentric"
/** Deliver nothing indecent. */ "block_nsfw"?: boolean
/** Rate the result, too. */ "calculate_features"?: boolean
/** Width and height in pixels, such as 1820x1024, or a ratio, such as 16:9. */ "size"?: string
}; output: Outputs["pictures"] }
/** Make a picture from a picture with Recraft. */
"recraft/image-to-image": { input: {
/** What the picture shows; models before V4 read 1,000 characters. */ "prompt": string
/** What the picture must not show. */ "negative_prompt"?: string
/** A model of Recraft; with _vector at its end it draws SVG. */ "model"?: string
/** How many pictures. */ "n"?: number
/** A style, such as realistic_image or vector_illustration. */ "style"?: string
/** A style within the style. */ "substyle"?: string
/** How closely the style is kept. */ "style_match"?: "regular" | "precise" | "flexible"
/** A style of your own; not together with style. */ "style_id"?: string
/** Pictures whose style is copied. */ "style_reference_urls"?: string[]
/** Colours and the like. */ "controls"?: {
/** From plain to artful. */ "artistic_level"?: number
/** Colours to prefer. */ "colors"?: {
/** Red, green, blue. */ "rgb": number[]
}[]
/** Colour of the background. */ "background_color"?: {
/** Red, green, blue. */ "rgb": number[]
}
/** Write no letters into the picture. */ "no_text"?: boolean
}
/** Words and their places in the picture. */ "text_layout"?: {
/** A word. */ "text": string
/** Its corners; 0 is left or above, 1 right or below. */ "bbox": number[][]
}[]
/** The same seed gives the same picture. */ "random_seed"?: number
/** Format of pictures that are not vector drawings. */ "image_format"?: "webp" | "png"
/** Enlarge the result to that many megapixels. */ "upscale"?: "upscale4mp" | "upscale16mp"
/** How freely the prompt is read. */ "creativity"?: "simple" | "standard" | "eccentric"
/** Deliver nothing indecent. */ "block_nsfw"?: boolean
/** Rate the result, too. */ "calculate_features"?: boolean
/** The picture. */ "image_url": string
/** How far the result may go from the picture. */ "strength": number
}; output: Outputs["pictures"] }
/** Change the masked area of a picture with Recraft. */
"recraft/inpaint": { input: {
/** What the picture shows; models before V4 read 1,000 characters. */ "prompt": string
/** What the picture must not show. */ "negative_prompt"?: string
/** A model of Recraft; with _vector at its end it draws SVG. */ "model"?: string
/** How many pictures. */ "n"?: number
/** A style, such as realistic_image or vector_illustration. */ "style"?: string
/** A style within the style. */ "substyle"?: string
/** How closely the style is kept. */ "style_match"?: "regular" | "precise" | "flexible"
/** A style of your own; not together with style. */ "style_id"?: string
/** Pictures whose style is copied. */ "style_reference_urls"?: string[]
/** Colours and the like. */ "controls"?: {
/** From plain to artful. */ "artistic_level"?: number
/** Colours to prefer. */ "colors"?: {
/** Red, green, blue. */ "rgb": number[]
}[]
/** Colour of the background. */ "background_color"?: {
/** Red, green, blue. */ "rgb": number[]
}
/** Write no letters into the picture. */ "no_text"?: boolean
}
/** Words and their places in the picture. */ "text_layout"?: {
/** A word. */ "text": string
/** Its corners; 0 is left or above, 1 right or below. */ "bbox": number[][]
}[]
/** The same seed gives the same picture. */ "random_seed"?: number
/** Format of pictures that are not vector drawings. */ "image_format"?: "webp" | "png"
/** Enlarge the result to that many megapixels. */ "upscale"?: "upscale4mp" | "upscale16mp"
/** How freely the prompt is read. */ "creativity"?: "simple" | "standard" | "eccentric"
/** Deliver nothing indecent. */ "block_nsfw"?: boolean
/** Rate the result, too. */ "calculate_features"?: boolean
/** The picture. */ "image_url": string
/** White where the picture is changed. */ "mask_url": string
}; output: Outputs["pictures"] }
/** Put another background behind what a picture shows with Recraft. */
"recraft/replace-background": { input: {
/** What the picture shows; models before V4 read 1,000 characters. */ "prompt": string
/** What the picture must not show. */ "negative_prompt"?: string
/** A model of Recraft; with _vector at its end it draws SVG. */ "model"?: string
/** How many pictures. */ "n"?: number
/** A style, such as realistic_image or vector_illustration. */ "style"?: string
/** A style within the style. */ "substyle"?: string
/** How closely the style is kept. */ "style_match"?: "regular" | "precise" | "flexible"
/** A style of your own; not together with style. */ "style_id"?: string
/** Pictures whose style is copied. */ "style_reference_urls"?: string[]
/** Colours and the like. */ "controls"?: {
/** From plain to artful. */ "artistic_level"?: number
/** Colours to prefer. */ "colors"?: {
/** Red, green, blue. */ "rgb": number[]
}[]
/** Colour of the background. */ "background_color"?: {
/** Red, green, blue. */ "rgb": number[]
}
/** Write no letters into the picture. */ "no_text"?: boolean
}
/** Words and their places in the picture. */ "text_layout"?: {
/** A word. */ "text": string
/** Its corners; 0 is left or above, 1 right or below. */ "bbox": number[][]
}[]
/** The same seed gives the same picture. */ "random_seed"?: number
/** Format of pictures that are not vector drawings. */ "image_format"?: "webp" | "png"
/** Enlarge the result to that many megapixels. */ "upscale"?: "upscale4mp" | "upscale16mp"
/** How freely the prompt is read. */ "creativity"?: "simple" | "standard" | "eccentric"
/** Deliver nothing indecent. */ "block_nsfw"?: boolean
/** Rate the result, too. */ "calculate_features"?: boolean
/** The picture. */ "image_url": string
}; output: Outputs["pictures"] }
/** Draw a background into the masked area of a picture. */
"recraft/generate-background": { input: {
/** What the picture shows; models before V4 read 1,000 characters. */ "prompt": string
/** What the picture must not show. */ "negative_prompt"?: string
/** A model of Recraft; with _vector at its end it draws SVG. */ "model"?: string
/** How many pictures. */ "n"?: number
/** A style, such as realistic_image or vector_illustration. */ "style"?: string
/** A style within the style. */ "substyle"?: string
/** How closely the style is kept. */ "style_match"?: "regular" | "precise" | "flexible"
/** A style of your own; not together with style. */ "style_id"?: string
/** Pictures whose style is copied. */ "style_reference_urls"?: string[]
/** Colours and the like. */ "controls"?: {
/** From plain to artful. */ "artistic_level"?: number
/** Colours to prefer. */ "colors"?: {
/** Red, green, blue. */ "rgb": number[]
}[]
/** Colour of the background. */ "background_color"?: {
/** Red, green, blue. */ "rgb": number[]
}
/** Write no letters into the picture. */ "no_text"?: boolean
}
/** Words and their places in the picture. */ "text_layout"?: {
/** A word. */ "text": string
/** Its corners; 0 is left or above, 1 right or below. */ "bbox": number[][]
}[]
/** The same seed gives the same picture. */ "random_seed"?: number
/** Format of pictures that are not vector drawings. */ "image_format"?: "webp" | "png"
/** Enlarge the result to that many megapixels. */ "upscale"?: "upscale4mp" | "upscale16mp"
/** How freely the prompt is read. */ "creativity"?: "simple" | "standard" | "eccentric"
/** Deliver nothing indecent. */ "block_nsfw"?: boolean
/** Rate the result, too. */ "calculate_features"?: boolean
/** The picture. */ "image_url": string
/** White where the picture is changed. */ "mask_url": string
}; output: Outputs["pictures"] }
/** Grow a picture beyond its edges with Recraft. */
"recraft/outpaint": { input: {
/** What the picture shows; models before V4 read 1,000 characters. */ "prompt": string
/** What the picture must not show. */ "negative_prompt"?: string
/** A model of Recraft; with _vector at its end it draws SVG. */ "model"?: string
/** How many pictures. */ "n"?: number
/** A style, such as realistic_image or vector_illustration. */ "style"?: string
/** A style within the style. */ "substyle"?: string
/** How closely the style is kept. */ "style_match"?: "regular" | "precise" | "flexible"
/** A style of your own; not together with style. */ "style_id"?: string
/** Pictures whose style is copied. */ "style_reference_urls"?: string[]
/** Colours and the like. */ "controls"?: {
/** From plain to artful. */ "artistic_level"?: number
/** Colours to prefer. */ "colors"?: {
/** Red, green, blue. */ "rgb": number[]
}[]
/** Colour of the background. */ "background_color"?: {
/** Red, green, blue. */ "rgb": number[]
}
/** Write no letters into the picture. */ "no_text"?: boolean
}
/** Words and their places in the picture. */ "text_layout"?: {
/** A word. */ "text": string
/** Its corners; 0 is left or above, 1 right or below. */ "bbox": number[][]
}[]
/** The same seed gives the same picture. */ "random_seed"?: number
/** Format of pictures that are not vector drawings. */ "image_format"?: "webp" | "png"
/** Enlarge the result to that many megapixels. */ "upscale"?: "upscale4mp" | "upscale16mp"
/** How freely the prompt is read. */ "creativity"?: "simple" | "standard" | "eccentric"
/** Deliver nothing indecent. */ "block_nsfw"?: boolean
/** Rate the result, too. */ "calculate_features"?: boolean
/** The picture. */ "image_url": string
/** Pixels to add above. */ "expand_top"?: number
/** Pixels to add below. */ "expand_bottom"?: number
/** Pixels to add at the left. */ "expand_left"?: number
/** Pixels to add at the right. */ "expand_right"?: number
/** How much smaller the picture is in the new one. */ "zoom_out_percentage"?: number
/** Width and height in pixels, such as 1820x1024, or a ratio, such as 16:9. */ "size"?: string
}; output: Outputs["pictures"] }
/** Make variations of a picture with Recraft. */
"recraft/variate-image": { input: {
/** A model of Recraft; with _vector at its end it draws SVG. */ "model"?: string
/** The picture. */ "image_url": string
/** Width and height in pixels, such as 1820x1024, or a ratio, such as 16:9. */ "size": string
/** How many pictures. */ "n"?: number
/** The same seed gives the same picture. */ "random_seed"?: number
/** Format of pictures that are not vector drawings. */ "image_format"?: "webp" | "png"
}; output: Outputs["pictures"] }
/** Turn a picture into a vector drawing. */
"recraft/vectorize": { input: {
/** The picture. */ "image_url": string
/** Write a smaller file. */ "svg_compression"?: "on" | "off"
/** Draw at most max_num_shapes shapes. */ "limit_num_shapes"?: "on" | "off"
/** How many shapes. */ "max_num_shapes"?: number
/** Draw with fewer colours. */ "color_reduction"?: "on" | "off"
/** The only colours: red, green, blue of each. */ "strict_color_palette"?: number[][]
/** Shapes side by side or one over another. */ "shape_stacking"?: "cut_out" | "hierarchical"
/** Draw gradients, too. */ "return_gradients"?: "on" | "off"
/** Leave small shapes out. */ "small_shape_filter"?: "on" | "off"
}; output: Outputs["pictures"] }
/** Erase the masked area of a picture. */
"recraft/erase-region": { input: {
/** The picture. */ "image_url": string
/** White where the picture is changed. */ "mask_url": string
/** Format of pictures that are not vector drawings. */ "image_format"?: "webp" | "png"
}; output: Outputs["pictures"] }
/** Remove the background of a picture with Recraft. */
"recraft/remove-background": { input: {
/** The picture. */ "image_url": string
/** Format of pictures that are not vector drawings. */ "image_format"?: "webp" | "png"
}; output: Outputs["pictures"] }
/** Enlarge a picture and keep it crisp. */
"recraft/crisp-upscale": { input: {
/** The picture. */ "image_url": string
/** Format of pictures that are not vector drawings. */ "image_format"?: "webp" | "png"
/** Enlarge the result to that many megapixels. */ "upscale"?: "upscale4mp" | "upscale16mp"
}; output: Outputs["pictures"] }
/** Enlarge a picture and add detail with Recraft. */
"recraft/creative-upscale": { input: {
/** The picture. */ "image_url": string
/** Format of pictures that are not vector drawings. */ "image_format"?: "webp" | "png"
/** Enlarge the result to that many megapixels. */ "upscale"?: "upscale4mp" | "upscale16mp"
}; output: Outputs["pictures"] }
/** Make four pictures from a prompt. */
"midjourney/imagine": { input: {
/** What the pictures show, with parameters such as --v 7 or --ar 16:9. */ "prompt": string
/** Reference pictures, besides those whose URLs are in the prompt. */ "image_urls"?: string[]
/** Width to height; --ar in the prompt wins over it. */ "aspect_ratio"?: string
/** Speed; it decides the price. Empty is fast. */ "process_mode"?: "relax" | "fast" | "turbo" | ""
/** Send the prompt on without checking its words. */ "skip_prompt_check"?: boolean
/** Which of the two bots draws; midjourney if left out. */ "bot_type"?: "midjourney" | "niji"
/** The connected account that does the work; 0 leaves the choice open. */ "bot_id"?: number
}; output: Outputs["pictures"] }
/** Take one picture out of the four, or enlarge one that was taken out. */
"midjourney/upscale": { input: {
/** The finished task that this one follows. */ "origin_task_id": string
/** 1 to 4 takes that picture out of a grid; the other words enlarge a picture that was taken out. */ "index": "1" | "2" | "3" | "4" | "light" | "beta" | "2x" | "4x" | "subtle" | "creative"
}; output: Outputs["pictures"] }
/** Make four variations of a picture. */
"midjourney/variation": { input: {
/** The finished task that this one follows. */ "origin_task_id": string
/** 1 to 4 varies that picture of a grid; the other words vary a picture that was taken out. */ "index": "1" | "2" | "3" | "4" | "high_variation" | "low_variation"
/** What the pictures show; the prompt of the followed task if left out. */ "prompt"?: string
/** Width to height; --ar in the prompt wins over it. */ "aspect_ratio"?: string
/** Speed; it decides the price. Fast if left out or empty. */ "process_mode"?: "relax" | "fast" | "turbo" | ""
/** Send the prompt on without checking its words. */ "skip_prompt_check"?: boolean
}; output: Outputs["pictures"] }
/** Make the four pictures of a task again. */
"midjourney/reroll": { input: {
/** The finished task that this one follows. */ "origin_task_id": string
/** What the pictures show; the prompt of the followed task if left out. */ "prompt"?: string
/** Width to height; --ar in the prompt wins over it. */ "aspect_ratio"?: string
/** Speed; it decides the price. Fast if left out or empty. */ "process_mode"?: "relax" | "fast" | "turbo" | ""
/** Send the prompt on without checking its words. */ "skip_prompt_check"?: boolean
}; output: Outputs["pictures"] }
/** Write four prompts that describe a picture. */
"midjourney/describe": { input: {
/** The picture to describe. */ "image_url": string
/** Speed; it decides the price. Empty is fast. */ "process_mode"?: "relax" | "fast" | "turbo" | ""
/** Which of the two bots draws; midjourney if left out. */ "bot_type"?: "midjourney" | "niji"
/** The connected account that does the work; 0 leaves the choice open. */ "bot_id"?: number
}; output: Outputs["texts"] }
/** Tell the seed of a task. */
"midjourney/seed": { input: {
/** The finished task that this one follows. */ "origin_task_id": string
}; output: Outputs["texts"] }
/** Blend two to five pictures into four new ones. */
"midjourney/blend": { input: {
/** The pictures. */ "image_urls": string[]
/** Shape of the result; square if left out. */ "dimension"?: "" | "square" | "portrait" | "landscape"
/** Width to height, in place of a dimension. */ "aspect_ratio"?: string
/** Speed; it decides the price. Empty is fast. */ "process_mode"?: "relax" | "fast" | "turbo" | ""
/** Which of the two bots draws; midjourney if left out. */ "bot_type"?: "midjourney" | "niji"
/** The connected account that does the work; 0 leaves the choice open. */ "bot_id"?: number
}; output: Outputs["pictures"] }
/** Replace the masked area of a picture. */
"midjourney/inpaint": { input: {
/** The finished task that this one follows. */ "origin_task_id": string
/** The mask as base64: white where the picture is replaced. */ "mask": string
/** What the pictures show; the prompt of the followed task if left out. */ "prompt"?: string
/** Speed; it decides the price. Fast if left out or empty. */ "process_mode"?: "relax" | "fast" | "turbo" | ""
/** Send the prompt on without checking its words. */ "skip_prompt_check"?: boolean
}; output: Outputs["pictures"] }
/** Zoom out of a picture. */
"midjourney/outpaint": { input: {
/** The finished task that this one follows. */ "origin_task_id": string
/** By how much, such as "1.5"; 1 changes the ratio alone. */ "zoom_ratio"?: (number | string)
/** What the pictures show; the prompt of the followed task if left out. */ "prompt"?: string
/** Width to height; --ar in the prompt wins over it. */ "aspect_ratio"?: string
/** Speed; it decides the price. Fast if left out or empty. */ "process_mode"?: "relax" | "fast" | "turbo" | ""
/** Send the prompt on without checking its words. */ "skip_prompt_check"?: boolean
}; output: Outputs["pictures"] }
/** Grow a picture to one side. */
"midjourney/pan": { input: {
/** The finished task that this one follows. */ "origin_task_id": string
/** The side that grows. */ "direction": "left" | "right" | "up" | "down"
/** What the pictures show; the prompt of the followed task if left out. */ "prompt"?: string
/** Speed; it decides the price. Fast if left out or empty. */ "process_mode"?: "relax" | "fast" | "turbo" | ""
/** Send the prompt on without checking its words. */ "skip_prompt_check"?: boolean
}; output: Outputs["pictures"] }
/** Write five shorter prompts that say the same. */
"midjourney/shorten": { input: {
/** What the pictures show, with parameters such as --v 7 or --ar 16:9. */ "prompt": string
/** Speed; it decides the price. Empty is fast. */ "process_mode"?: "relax" | "fast" | "turbo" | ""
/** Which of the two bots draws; midjourney if left out. */ "bot_type"?: "midjourney" | "niji"
/** The connected account that does the work; 0 leaves the choice open. */ "bot_id"?: number
}; output: Outputs["texts"] }
/** Change any picture by a prompt. */
"midjourney/edits": { input: {
/** The picture to change. */ "image_url": string
/** Where the picture is replaced; all of it if left out. */ "mask"?: string
/** What the pictures show, with parameters such as --v 7 or --ar 16:9. */ "prompt": string
/** Speed; it decides the price. Empty is fast. */ "process_mode"?: "relax" | "fast" | "turbo" | ""
/** Send the prompt on without checking its words. */ "skip_prompt_check"?: boolean
/** Which of the two bots draws; midjourney if left out. */ "bot_type"?: "midjourney" | "niji"
/** The connected account that does the work; 0 leaves the choice open. */ "bot_id"?: number
}; output: Outputs["pictures"] }
/** Give a picture other materials, light and style, and keep its shapes. */
"midjourney/retexture": { input: {
/** The picture whose shapes are kept. */ "image_url": string
/** What the pictures show, with parameters such as --v 7 or --ar 16:9. */ "prompt": string
/** Speed; it decides the price. Empty is fast. */ "process_mode"?: "relax" | "fast" | "turbo" | ""
/** Send the prompt on without checking its words. */ "skip_prompt_check"?: boolean
/** Which of the two bots draws; midjourney if left out. */ "bot_type"?: "midjourney" | "niji"
/** The connected account that does the work; 0 leaves the choice open. */ "bot_id"?: number
}; output: Outputs["pictures"] }
/** Set a picture in motion, or make a video longer. */
"midjourney/video": { input: {
/** What happens in the video. */ "prompt"?: string
/** The first picture of the video. */ "image_url"?: string
/** The last picture of the video. */ "image_tail_url"?: string
/** The finished task whose picture or video this one takes. */ "origin_task_id"?: string
/** Which of the pictures or videos of that task, from 0. */ "index"?: number
/** extend makes the video of that task longer. */ "action"?: "extend" | ""
/** How much moves. */ "motion"?: "low" | "high"
/** End with the first picture. */ "loop"?: boolean
/** Model and height of the video. */ "video_type"?: "vid_1.1_i2v_480" | "vid_1.1_i2v_720"
/** How many videos. */ "batch_size"?: 1 | 2 | 4
/** Speed; it decides the price. Empty is fast. */ "process_mode"?: "relax" | "fast" | "turbo" | ""
/** The connected account that does the work; 0 leaves the choice open. */ "bot_id"?: number
}; output: Outputs["videos"] }
/** Make a video from a description or from its first frame. */
"kling/video_generation": { input: {
/** What the video shows. */ "prompt"?: string
/** What the video must not show. */ "negative_prompt"?: string
/** How closely the video follows the prompt; 0.5 is advised. From version 2.0 on it counts for nothing. */ "cfg_scale"?: number
/** Seconds: 5 or 10; from 3 to 15 with version 3.0, to 20 with 4.0-flash, to 30 with 4.0. */ "duration"?: number
/** Width to height; a first frame has its own. */ "aspect_ratio"?: "16:9" | "9:16" | "1:1"
/** std, or pro for a better picture: 720p or 1080p from version 3.0 on. */ "mode"?: "std" | "pro" | "standard" | "turbo"
/** The shorter side, in place of a mode (versions 3.0-turbo, 4.0 and 4.0-flash). */ "resolution"?: "720p" | "1080p"
/** Model version. */ "version"?: "1.0" | "1.5" | "1.6" | "2.0" | "2.1" | "2.1-master" | "2.5" | "2.6" | "3.0" | "3.0-turbo" | "4.0" | "4.0-flash"
/** The first frame. Without one the video is made from text. */ "image_url"?: string
/** The last frame. */ "image_tail_url"?: string
/** A video to refer to. */ "reference_video_url"?: string
/** How the camera moves. */ "camera_control"?: {
/** The kind of movement. */ "type": "simple"
/** The movement; one value differs from 0. */ "config": {
/** How far the camera moves: sideways. */ "horizontal"?: number
/** How far the camera moves: up and down. */ "vertical"?: number
/** How far the camera moves: panning. */ "pan"?: number
/** How far the camera moves: tilting. */ "tilt"?: number
/** How far the camera moves: rolling. */ "roll"?: number
/** How far the camera moves: zooming. */ "zoom"?: number
}
}
/** Parts of the picture that move along a path. */ "motion_brush"?: {
/** A PNG as large as the picture, with the masks painted in colours. */ "mask_url": string
/** What must stay where it is; the array is needed even when empty. */ "static_masks": {
/** Empty: the mask itself says where. */ "points": unknown[]
}[]
/** What moves, and along which path. */ "dynamic_masks": {
/** Control points of the path, from its beginning to its end. */ "points": {
/** Pixels from the left. */ "x": number
/** Pixels from the top. */ "y": number
}[]
}[]
}
/** What must stay where it is, painted in a picture of the same shape. */ "static_mask"?: string
/** What moves, each along a path of its own. */ "dynamic_masks"?: {
/** What moves, painted in a picture of the same shape. */ "mask": string
/** Points of the path, from its beginning to its end. */ "trajectories": {
/** Pixels from the left. */ "x": number
/** Pixels from the bottom. */ "y": number
}[]
}[]
/** Up to 4 pictures of what appears, in place of a first frame (version 1.6). */ "elements"?: {
/** A person or thing that appears. */ "image_url": string
}[]
/** Make sound, too (versions 2.6 and 3.0). */ "enable_audio"?: boolean
/** Cut the prompt into shots (version 3.0). */ "prefer_multi_shots"?: boolean
/** Shots, one after the other, in place of prompt and duration; 15 seconds in all, with version 4 more. */ "multi_shots"?: {
/** What the shot shows. */ "prompt": string
/** Seconds of the shot. */ "duration"?: number
}[]
}; output: Outputs["videos"] }
/** Go on with a video for about five seconds. */
"kling/extend_video": { input: {
/** A finished task whose video is used. */ "origin_task_id": string
/** What the video shows. */ "prompt"?: string
}; output: Outputs["videos"] }
/** Let the people of a video speak a text or a recording. */
"kling/lip_sync": { input: {
/** A finished task whose video is used. */ "origin_task_id"?: string
/** Any video of people, in place of a task; at most 10 MB. */ "video_url"?: string
/** The text to speak; ignored with local_dubbing_url. */ "tts_text"?: string
/** The voice by its name at Kling, such as Rock or Rock-Happy. */ "tts_timbre"?: string
/** How fast the voice speaks. */ "tts_speed"?: number
/** A recording in MP3, WAV, FLAC or OGG, under a minute; the video limits it. */ "local_dubbing_url"?: string
}; output: Outputs["videos"] }
/** Apply an effect to a picture. */
"kling/effects": { input: {
/** The picture. */ "image_url": string
/** The person on the right, for effects of two people. */ "second_image_url"?: string
/** The effect. */ "effect": "squish" | "expansion" | "jellycat_oversea" | "spinoff" | "rocket" | "hearting" | "fighting" | "kissing" | "hugging" | "figure" | "vstack" | "birthday" | "water" | "surfing"
/** What the video shows. */ "prompt"?: string
/** A better picture, for a higher price. */ "professional_mode"?: boolean
}; output: Outputs["videos"] }
/** Dress a person in the clothes of other pictures. */
"kling/ai_try_on": { input: {
/** The person. */ "model_input": string
/** A dress, or whatever covers the whole body. */ "dress_input"?: string
/** What is worn above. */ "upper_input"?: string
/** What is worn below. */ "lower_input"?: string
/** How many pictures. */ "batch_size"?: number
}; output: Outputs["pictures"] }
/** Make four sounds from a description or for a video. */
"kling/sound": { input: {
/** What the video shows. */ "prompt"?: string
/** Seconds. */ "duration"?: 5 | 10
/** A Kling video to make the sound for. */ "origin_task_id"?: string
}; output: Outputs["sounds"] }
/** Let a portrait speak a recording. */
"kling/avatar": { input: {
/** The portrait. */ "image_url": string
/** The recording to speak. */ "local_dubbing_url": string
/** What the video shows. */ "prompt"?: string
/** Quality. */ "mode"?: "std" | "pro"
/** How many videos. */ "batch_size"?: number
}; output: Outputs["videos"] }
/** Move a person in a picture as in a video or a preset. */
"kling/motion_control": { input: {
/** The person. */ "image_url": string
/** The movement. */ "video_url"?: string
/** A movement by its name in place of a video: Heart Gesture Dance, Subject 3 Dance, Ghost Step Dance, Martial Arts, Running, Poping. */ "preset_motion"?: string
/** Which of the two is faced. */ "motion_direction"?: "video" | "image"
/** Keep the sound of the video. */ "keep_original_sound"?: boolean
/** Quality. */ "mode"?: "std" | "pro"
/** Model version. */ "version"?: "2.6"
}; output: Outputs["videos"] }
/** Make a video from a description that refers to pictures, videos and sounds. */
"kling/omni_video_generation": { input: {
/** Model version. */ "version"?: "3.0" | "o1" | "4.0" | "4.0-flash"
/** What the video shows. */ "prompt"?: string
/** The shorter side; 4.0-flash makes 720p. */ "resolution"?: "720p" | "1080p"
/** Seconds: up to 15, with 4.0-flash up to 20, with 4.0 up to 30. */ "duration"?: number
/** Width to height; a first frame has its own. */ "aspect_ratio"?: "16:9" | "9:16" | "1:1"
/** Make sound, too. */ "enable_audio"?: boolean
/** Shots, one after the other, in place of prompt and duration; 15 seconds in all, with version 4 more. */ "multi_shots"?: {
/** What the shot shows. */ "prompt": string
/** Seconds of the shot. */ "duration"?: number
}[]
/** Pictures that the prompt calls @image_1, @image_2 and so on; 7 before version 4. */ "images"?: string[]
/** A video that the prompt calls @video. */ "video"?: string
/** Videos that the prompt calls @video_1, @video_2 and so on (version 4). */ "videos"?: string[]
/** Sounds to refer to (version 4.0). */ "audio_urls"?: string[]
}; output: Outputs["videos"] }
/** Make a video from a description with Kling 4.0. */
"kling/text_to_video": { input: {
/** Model version. */ "version"?: "4.0" | "4.0-flash"
/** What the video shows. */ "prompt"?: string
/** What the video must not show. */ "negative_prompt"?: string
/** The shorter side; 4.0-flash makes 720p. */ "resolution"?: "720p" | "1080p"
/** Seconds: up to 30, with 4.0-flash up to 20. */ "duration"?: number
/** Width to height; a first frame has its own. */ "aspect_ratio"?: "16:9" | "9:16" | "1:1"
/** Make sound, too. */ "enable_audio"?: boolean
/** Shots, one after the other, in place of prompt and duration; 15 seconds in all, with version 4 more. */ "multi_shots"?: {
/** What the shot shows. */ "prompt": string
/** Seconds of the shot. */ "duration"?: number
}[]
}; output: Outputs["videos"] }
/** Make a video from its first frame, and its last, with Kling 4.0. */
"kling/image_to_video": { input: {
/** The first frame. */ "image_url": string
/** The last frame. */ "image_tail_url"?: string
/** Model version. */ "version"?: "4.0" | "4.0-flash"
/** What the video shows. */ "prompt"?: string
/** What the video must not show. */ "negative_prompt"?: string
/** The shorter side; 4.0-flash makes 720p. */ "resolution"?: "720p" | "1080p"
/** Seconds: up to 30, with 4.0-flash up to 20. */ "duration"?: number
/** Width to height; a first frame has its own. */ "aspect_ratio"?: "16:9" | "9:16" | "1:1"
/** Make sound, too. */ "enable_audio"?: boolean
/** Shots, one after the other, in place of prompt and duration; 15 seconds in all, with version 4 more. */ "multi_shots"?: {
/** What the shot shows. */ "prompt": string
/** Seconds of the shot. */ "duration"?: number
}[]
}; output: Outputs["videos"] }
/** Make a video quickly, from a description or from its first and last frame. */
"kling-turbo/video_generation": { input: {
/** What the video shows. */ "prompt"?: string
/** What the video must not show. */ "negative_prompt"?: string
/** The first frame. */ "start_image_url"?: string
/** The last frame. */ "end_image_url"?: string
/** Seconds. */ "duration"?: 5 | 10
/** Width to height; a first frame has its own. */ "aspect_ratio"?: "16:9" | "9:16" | "1:1"
/** Quality. */ "mode"?: "pro" | "std"
/** Model version. */ "version"?: "2.5-turbo" | "2.5"
}; output: Outputs["videos"] }
/** Make pictures from a description, or from pictures of what they show. */
"kling/image_generation": { input: {
/** What the picture shows. */ "prompt"?: string
/** What it must not show. */ "negative_prompt"?: string
/** Model version. */ "version"?: "1.0" | "1.5" | "2.0" | "2.1" | "3.0" | "o1"
/** Width to height. */ "aspect_ratio"?: "16:9" | "9:16" | "1:1" | "4:3" | "3:4" | "3:2" | "2:3" | "21:9"
/** About one or two thousand pixels a side. */ "resolution"?: "1k" | "2k"
/** How many pictures. */ "n"?: number
/** A picture to refer to. */ "image_url"?: string
/** What of that picture is used: what it shows, or the face. */ "image_reference"?: "" | "subject" | "face"
/** How closely the picture is followed. */ "image_fidelity"?: number
/** How closely the face is followed, with image_reference "subject". */ "human_fidelity"?: number
/** Up to 4 pictures of what is shown together. */ "subject_images"?: string[]
/** Where it is shown. */ "scene_image_url"?: string
/** How it is drawn. */ "style_image_url"?: string
}; output: Outputs["pictures"] }
/** Go on with a picture beyond its edges. */
"kling/image_expansion": { input: {
/** The picture. */ "image_url": string
/** How far the picture grows upwards, as a part of its own size. */ "up_expansion_ratio"?: number
/** How far the picture grows downwards, as a part of its own size. */ "down_expansion_ratio"?: number
/** How far the picture grows to the left, as a part of its own size. */ "left_expansion_ratio"?: number
/** How far the picture grows to the right, as a part of its own size. */ "right_expansion_ratio"?: number
/** What is seen there. */ "prompt"?: string
/** How many pictures. */ "n"?: number
}; output: Outputs["pictures"] }
/** Make a video with Veo 3. */
"veo3/veo3-video": { input: {
/** What the video shows, and what is heard. */ "prompt": string
/** What the video must not show. */ "negative_prompt"?: string
/** The first frame. Without one the video is made from text. */ "image_url"?: string
/** Width to height; auto takes that of the first frame. */ "aspect_ratio"?: "16:9" | "9:16" | "auto"
/** Playing time. */ "duration"?: "4s" | "6s" | "8s"
/** The shorter side. */ "resolution"?: "720p" | "1080p"
/** Make sound, too. */ "generate_audio"?: boolean
}; output: Outputs["videos"] }
/** Make a video with Veo 3. */
"veo3/veo3-video-fast": { input: {
/** What the video shows, and what is heard. */ "prompt": string
/** What the video must not show. */ "negative_prompt"?: string
/** The first frame. Without one the video is made from text. */ "image_url"?: string
/** Width to height; auto takes that of the first frame. */ "aspect_ratio"?: "16:9" | "9:16" | "auto"
/** Playing time. */ "duration"?: "4s" | "6s" | "8s"
/** The shorter side. */ "resolution"?: "720p" | "1080p"
/** Make sound, too. */ "generate_audio"?: boolean
}; output: Outputs["videos"] }
/** Make a video with Veo 3.1. */
"veo3.1/veo3.1-video": { input: {
/** What the video shows, and what is heard. */ "prompt": string
/** What the video must not show. */ "negative_prompt"?: string
/** The first frame. Without one the video is made from text. */ "image_url"?: string
/** Width to height; auto takes that of the first frame. */ "aspect_ratio"?: "16:9" | "9:16" | "auto"
/** Playing time. */ "duration"?: "4s" | "6s" | "8s"
/** The shorter side. */ "resolution"?: "720p" | "1080p"
/** Make sound, too. */ "generate_audio"?: boolean
/** The last frame. */ "tail_image_url"?: string
}; output: Outputs["videos"] }
/** Make a video with Veo 3.1. */
"veo3.1/veo3.1-video-fast": { input: {
/** What the video shows, and what is heard. */ "prompt": string
/** What the video must not show. */ "negative_prompt"?: string
/** The first frame. Without one the video is made from text. */ "image_url"?: string
/** Width to height; auto takes that of the first frame. */ "aspect_ratio"?: "16:9" | "9:16" | "auto"
/** Playing time. */ "duration"?: "4s" | "6s" | "8s"
/** The shorter side. */ "resolution"?: "720p" | "1080p"
/** Make sound, too. */ "generate_audio"?: boolean
/** The last frame. */ "tail_image_url"?: string
}; output: Outputs["videos"] }
/** Make a video with sound with Sora 2. */
"sora2/sora2-video": { input: {
/** What the video shows, and what is heard. */ "prompt": string
/** The first frame. */ "image_url"?: string
/** Width to height. */ "aspect_ratio"?: "16:9" | "9:16"
/** Seconds. */ "duration"?: 4 | 8 | 12
}; output: Outputs["videos"] }
/** Make a video with sound with Sora 2 Pro. */
"sora2/sora2-pro-video": { input: {
/** What the video shows, and what is heard. */ "prompt": string
/** The first frame. */ "image_url"?: string
/** Width to height. */ "aspect_ratio"?: "16:9" | "9:16"
/** Seconds. */ "duration"?: 4 | 8 | 12
/** The shorter side; 1024p is 1792 by 1024 pixels. */ "resolution"?: "720p" | "1024p" | "1080p"
}; output: Outputs["videos"] }
/** Change a finished video of Sora 2. */
"sora2/sora2-remix": { input: {
/** The task of the video to change. */ "origin_task_id": string
/** What is to be different. */ "prompt": string
/** That of the video: Sora 2 or Pro. */ "quality"?: "standard" | "pro"
/** That of the video. */ "aspect_ratio"?: "16:9" | "9:16"
/** That of the video, in seconds. */ "duration"?: 4 | 8 | 12
/** The shorter side; 1024p is 1792 by 1024 pixels. */ "resolution"?: "720p" | "1024p" | "1080p"
}; output: Outputs["videos"] }
/** Take the mark out of a Sora 2 video. */
"sora2/remove-watermark": { input: {
/** The video. */ "video_url": string
}; output: Outputs["videos"] }
/** Make a video from a description, its first frame or a face. */
"hailuo/video_generation": { input: {
/** The model: t2v makes a video from text, i2v from its first frame, s2v of the person in a picture; v2.3 from text or a frame. */ "model": "t2v-01" | "t2v-01-director" | "i2v-01" | "i2v-01-live" | "i2v-01-director" | "s2v-01" | "t2v-02" | "i2v-02" | "v2.3" | "v2.3-fast"
/** What the video shows. The director models read camera words such as [Pan left]. */ "prompt"?: string
/** The first frame; for s2v-01 a picture of one face. */ "image_url"?: string
/** The last frame, as MiniMax names it. */ "last_frame_image"?: string
/** Let a language model write the prompt out. */ "expand_prompt"?: boolean
/** Seconds, 6 unless sent; 02 and v2.3 only. */ "duration"?: 6 | 10
/** The shorter side, 768 unless sent; 1080 with 6 seconds only; 02 and v2.3 only. */ "resolution"?: 768 | 1080
}; output: Outputs["videos"] }
/** Make a video with sound from a description. */
"Qubico/minimax-h3/txt2video": { input: {
/** What the video shows. */ "prompt": string
/** The shorter side. */ "resolution"?: "512p" | "768p" | "1080p"
/** Seconds. */ "duration"?: number
/** Width to height; a first frame has its own. */ "aspect_ratio"?: "21:9" | "16:9" | "4:3" | "1:1" | "3:4" | "9:16"
}; output: Outputs["videos"] }
/** Make a video with sound from its first frame. */
"Qubico/minimax-h3/img2video": { input: {
/** The first frame, by URL or as base64. */ "image": string
/** What the video shows. */ "prompt": string
/** The shorter side. */ "resolution"?: "512p" | "768p" | "1080p"
/** Seconds. */ "duration"?: number
/** Width to height; a first frame has its own. */ "aspect_ratio"?: "21:9" | "16:9" | "4:3" | "1:1" | "3:4" | "9:16"
}; output: Outputs["videos"] }
/** Make a video with sound with MiniMax H3, from text, frames and references. */
"minimax/video_generation": { input: {
/** The model. */ "model"?: "MiniMax-H3"
/** What the video shows and what is heard. */ "prompt"?: string
/** The first frame. */ "first_frame_image"?: string
/** The last frame. */ "last_frame_image"?: string
/** The video that is changed. */ "base_video"?: string
/** Pictures of what appears. */ "reference_images"?: string[]
/** Videos whose movement or style is taken. */ "reference_videos"?: string[]
/** Sounds that are heard. */ "reference_audios"?: string[]
/** The shorter side; 2K is 1,440 pixels. */ "resolution"?: "768P" | "2K"
/** Seconds. */ "duration"?: number
/** Width to height; adaptive: that of the frames. */ "ratio"?: "adaptive" | "21:9" | "16:9" | "4:3" | "1:1" | "3:4" | "9:16"
}; output: Outputs["videos"] }
/** Speak a text with a voice of MiniMax. */
"minimax/text_to_speech": { input: {
/** The model. */ "model": "speech-2.8-hd" | "speech-2.8-turbo" | "speech-2.6-hd" | "speech-2.6-turbo" | "speech-2.5-hd-preview" | "speech-2.5-turbo-preview" | "speech-02-hd" | "speech-02-turbo" | "speech-01-hd" | "speech-01-turbo"
/** What is spoken; <#0.5#> is a pause of so many seconds. */ "text": string
/** The voice. */ "voice_setting"?: {
/** One of MiniMax’s, such as "English_expressive_narrator", or one of your own. */ "voice_id"?: string
/** How fast it speaks; 1 if left out. */ "speed"?: number
/** How loud it speaks; 1 if left out. */ "vol"?: number
/** Higher or lower, in semitones; 0 if left out. */ "pitch"?: number
/** How it speaks; by the text if left out. */ "emotion"?: "happy" | "sad" | "angry" | "fearful" | "disgusted" | "surprised" | "calm" | "fluent" | "whisper" | "neutral"
/** Read numbers and the like as words. */ "text_normalization"?: boolean
/** The same for English, in the older spelling. */ "english_normalization"?: boolean
/** Read formulas aloud. */ "latex_read"?: boolean
}
/** The file. */ "audio_setting"?: {
/** Samples a second. */ "sample_rate"?: 8000 | 16000 | 22050 | 24000 | 32000 | 44100
/** Bits a second of an MP3. */ "bitrate"?: 32000 | 64000 | 128000 | 256000
/** How it is encoded; mp3 if left out. */ "format"?: "mp3" | "wav" | "flac" | "pcm"
/** Mono or stereo. */ "channel"?: 1 | 2
/** A constant rate of bits. */ "force_cbr"?: boolean
}
/** How words are spoken. */ "pronunciation_dict"?: {
/** Words and how they are spoken. */ "tone"?: string[]
}
/** Voices that are mixed. */ "timbre_weights"?: {
/** A voice. */ "voice_id": string
/** Its part in the mixture. */ "weight": number
}[]
/** The language to lean on, such as "English", or "auto". */ "language_boost"?: string
/** An effect on the voice. */ "voice_modify"?: {
/** Deeper or brighter. */ "pitch"?: number
/** Stronger or softer. */ "intensity"?: number
/** Fuller or crisper. */ "timbre"?: number
/** What it sounds through. */ "sound_effects"?: "spacious_echo" | "auditorium_echo" | "lofi_telephone" | "robotic"
}
/** Mark the sound as generated. */ "aigc_watermark"?: boolean
}; output: Outputs["sounds"] }
/** Make one song, as MiniMax does. */
"minimax/music_generation": { input: {
/** The model. */ "model": "music-2.6" | "music-2.6-free" | "music-2.5+" | "music-2.5" | "music-2.0"
/** How it sounds: style, mood, instruments. */ "prompt"?: string
/** What is sung, with marks such as [Verse] and [Chorus]. */ "lyrics"?: string
/** Nobody sings. */ "is_instrumental"?: boolean
/** Write the lyrics from the prompt. */ "lyrics_optimizer"?: boolean
/** The same seed gives the same song. */ "seed"?: number
}; output: Outputs["clips"] }
/** Make pictures with MiniMax image-01. */
"minimax/image_generation": { input: {
/** The model. */ "model": "image-01" | "image-01-live"
/** What the picture shows. */ "prompt": string
/** Width to height; 1:1 if left out. */ "aspect_ratio"?: "1:1" | "16:9" | "4:3" | "3:2" | "2:3" | "3:4" | "9:16" | "21:9"
/** Pixels, with height and in place of aspect_ratio. */ "width"?: number
/** Pixels, with width and in place of aspect_ratio. */ "height"?: number
/** How many pictures. */ "n"?: number
/** The same seed gives the same picture. */ "seed"?: number
/** Let the service write the prompt out. */ "prompt_optimizer"?: boolean
/** A person who is to appear. */ "subject_reference"?: {
/** What it is. */ "type": "character"
/** A picture of the person. */ "image_file": string
}[]
/** The style. */ "style"?: {
/** The style, of image-01-live. */ "style_type": "漫画" | "元气" | "中世纪" | "水彩"
/** How much it counts. */ "style_weight"?: number
}
/** Mark the picture as generated. */ "aigc_watermark"?: boolean
}; output: Outputs["pictures"] }
/** Make a short video from a description, with the small model. */
"Qubico/wanx/txt2video-1.3b": { input: {
/** What the video shows. */ "prompt": string
/** What the video must not show. */ "negative_prompt"?: string
/** Width to height. */ "aspect_ratio"?: "16:9" | "9:16" | "1:1"
}; output: Outputs["videos"] }
/** Make a short video from a description. */
"Qubico/wanx/txt2video-14b": { input: {
/** What the video shows. */ "prompt": string
/** What the video must not show. */ "negative_prompt"?: string
/** Width to height. */ "aspect_ratio"?: "16:9" | "9:16" | "1:1"
}; output: Outputs["videos"] }
/** Make a short video from its first frame. */
"Qubico/wanx/img2video-14b": { input: {
/** What happens in the video. */ "prompt"?: string
/** The first frame, by URL or as base64. */ "image": string
/** What the video must not show. */ "negative_prompt"?: string
/** Width to height. */ "aspect_ratio"?: "16:9" | "9:16" | "1:1"
}; output: Outputs["videos"] }
/** Make a short video in the style of a LoRA. */
"Qubico/wanx/txt2video-14b-lora": { input: {
/** What the video shows. */ "prompt": string
/** The LoRAs that shape the video. */ "lora_settings": {
/** The LoRA: ghibli, flat-color, rotation-effect, live-wallpaper, passionate-kissing, squish-effect, cakeify-effect, singularunity-motioncraft, pixel-art, super-saiyan-effect, inflate-effect, deflate-effect, crush-effect, particalize-effect, nsfw-general, nsfw-bouncing-boobs, nsfw-undress, nsfw-pov-blowjob, nsfw-pov-titfuck, nsfw-pov-missionary, nsfw-pov-cowgirl, nsfw-pov-doggy or another. */ "lora_type": string
/** How strongly it counts. */ "lora_strength"?: number
}[]
/** What the video must not show. */ "negative_prompt"?: string
/** Width to height. */ "aspect_ratio"?: "16:9" | "9:16" | "1:1"
}; output: Outputs["videos"] }
/** Make a short video from its first frame, shaped by a LoRA. */
"Qubico/wanx/img2video-14b-lora": { input: {
/** What happens in the video. */ "prompt"?: string
/** The first frame, by URL or as base64. */ "image": string
/** The LoRAs that shape the video. */ "lora_settings": {
/** The LoRA: ghibli, flat-color, rotation-effect, live-wallpaper, passionate-kissing, squish-effect, cakeify-effect, singularunity-motioncraft, pixel-art, super-saiyan-effect, inflate-effect, deflate-effect, crush-effect, particalize-effect, nsfw-general, nsfw-bouncing-boobs, nsfw-undress, nsfw-pov-blowjob, nsfw-pov-titfuck, nsfw-pov-missionary, nsfw-pov-cowgirl, nsfw-pov-doggy or another. */ "lora_type": string
/** How strongly it counts. */ "lora_strength"?: number
}[]
/** What the video must not show. */ "negative_prompt"?: string
/** Width to height. */ "aspect_ratio"?: "16:9" | "9:16" | "1:1"
}; output: Outputs["videos"] }
/** Make a short video between two frames. */
"Qubico/wanx/img2video-14b-keyframe": { input: {
/** What happens in the video. */ "prompt"?: string
/** The first frame, by URL or as base64. */ "start_image"?: string
/** The last frame, by URL or as base64. */ "end_image"?: string
/** Another name for start_image. */ "first_frame"?: string
/** Another name for end_image. */ "last_frame"?: string
/** What the video must not show. */ "negative_prompt"?: string
/** Width to height. */ "aspect_ratio"?: "16:9" | "9:16" | "1:1"
}; output: Outputs["videos"] }
/** Make a short video from its first frame, with a moving camera. */
"Qubico/wanx/img2video-14b-control-camera": { input: {
/** What happens in the video. */ "prompt"?: string
/** The first frame, by URL or as base64. */ "image": string
/** How the camera moves. */ "control_camera_settings": {
/** The kind of movement, such as static. */ "type": string
/** The movement. */ "config"?: {
/** How far the camera moves: sideways. */ "horizontal"?: number
/** How far the camera moves: up and down. */ "vertical"?: number
/** How far the camera moves: panning. */ "pan"?: number
/** How far the camera moves: tilting. */ "tilt"?: number
/** How far the camera moves: rolling. */ "roll"?: number
/** How far the camera moves: zooming. */ "zoom"?: number
}
}[]
/** What the video must not show. */ "negative_prompt"?: string
/** Width to height. */ "aspect_ratio"?: "16:9" | "9:16" | "1:1"
}; output: Outputs["videos"] }
/** Make a short video from a description with Wan 2.2. */
"Qubico/wanx/wan22-txt2video-14b": { input: {
/** What the video shows. */ "prompt": string
/** What the video must not show. */ "negative_prompt"?: string
/** Width to height. */ "aspect_ratio"?: "16:9" | "9:16" | "1:1"
}; output: Outputs["videos"] }
/** Make a short video from its first frame with Wan 2.2. */
"Qubico/wanx/wan22-img2video-14b": { input: {
/** What happens in the video. */ "prompt"?: string
/** The first frame, by URL or as base64. */ "image": string
/** What the video must not show. */ "negative_prompt"?: string
/** Width to height. */ "aspect_ratio"?: "16:9" | "9:16" | "1:1"
}; output: Outputs["videos"] }
/** Make a video from a description with Wan 2.6. */
"Wan/wan26-txt2video": { input: {
/** What the video shows. */ "prompt": string
/** What the video must not show. */ "negative_prompt"?: string
/** Seconds. */ "duration"?: 5 | 10 | 15
/** The shorter side. */ "resolution"?: "720P" | "1080P"
/** Make sound, too. */ "audio"?: boolean
/** The sound track; generated unless sent. */ "audio_url"?: string
/** Mark the video as made by a machine. */ "watermark"?: boolean
/** Width to height. */ "aspect_ratio"?: "16:9" | "9:16" | "1:1" | "4:3" | "3:4"
}; output: Outputs["videos"] }
/** Make a video from its first frame with Wan 2.6. */
"Wan/wan26-img2video": { input: {
/** What the video shows. */ "prompt": string
/** What the video must not show. */ "negative_prompt"?: string
/** Seconds. */ "duration"?: 5 | 10 | 15
/** The shorter side. */ "resolution"?: "720P" | "1080P"
/** Make sound, too. */ "audio"?: boolean
/** The sound track; generated unless sent. */ "audio_url"?: string
/** Mark the video as made by a machine. */ "watermark"?: boolean
/** The first frame, by URL or as base64. */ "image": string
}; output: Outputs["videos"] }
/** Make a short video from a description. */
"Qubico/hunyuan/txt2video": { input: {
/** What the video shows. */ "prompt": string
/** What the video must not show. */ "negative_prompt"?: string
/** Width to height. */ "aspect_ratio"?: "16:9" | "9:16" | "1:1" | "4:3"
}; output: Outputs["videos"] }
/** Make a short video from a description in six steps. */
"Qubico/hunyuan/fast-txt2video": { input: {
/** What the video shows. */ "prompt": string
/** What the video must not show. */ "negative_prompt"?: string
/** Width to height. */ "aspect_ratio"?: "16:9" | "9:16" | "1:1" | "4:3"
}; output: Outputs["videos"] }
/** Make a short video in the style of a LoRA. */
"Qubico/hunyuan/txt2video-lora": { input: {
/** The LoRAs that shape the video. */ "lora_settings": {
/** The LoRA, such as anime. */ "lora_type": string
/** How strongly it counts. */ "lora_strength"?: number
}[]
/** What the video shows. */ "prompt": string
/** What the video must not show. */ "negative_prompt"?: string
/** Width to height. */ "aspect_ratio"?: "16:9" | "9:16" | "1:1" | "4:3"
}; output: Outputs["videos"] }
/** Make a short video from a picture, moving freely. */
"Qubico/hunyuan/img2video-concat": { input: {
/** The picture (JPEG, PNG, WebP), by URL or as base64. */ "image": string
/** What the video shows. */ "prompt": string
/** What the video must not show. */ "negative_prompt"?: string
/** Width to height. */ "aspect_ratio"?: "16:9" | "9:16" | "1:1" | "4:3"
}; output: Outputs["videos"] }
/** Make a short video from a picture, staying close to it. */
"Qubico/hunyuan/img2video-replace": { input: {
/** The picture (JPEG, PNG, WebP), by URL or as base64. */ "image": string
/** What the video shows. */ "prompt": string
/** What the video must not show. */ "negative_prompt"?: string
/** Width to height. */ "aspect_ratio"?: "16:9" | "9:16" | "1:1" | "4:3"
}; output: Outputs["videos"] }
/** Make a short video from a picture of people. */
"Qubico/skyreels/img2video": { input: {
/** A picture of people, by URL or as base64. */ "image": string
/** What happens; best begun with "FPS-24,". */ "prompt": string
/** What the video must not show. */ "negative_prompt"?: string
/** Width to height. */ "aspect_ratio"?: "16:9" | "9:16" | "1:1"
/** How closely the video follows the prompt. */ "guidance_scale"?: number
}; output: Outputs["videos"] }
/** Make a video of 10 to 30 seconds from a picture. */
"Qubico/framepack/img2video": { input: {
/** The first frame, by URL or as base64. */ "start_image": string
/** The last frame, by URL or as base64. */ "end_image"?: string
/** What happens. */ "prompt"?: string
/** What the video must not show. */ "negative_prompt"?: string
/** Seconds. */ "duration"?: number
}; output: Outputs["videos"] }
/** Make a video from a description and, if wanted, its first or last frame. */
"luma/video_generation": { input: {
/** What the video shows. */ "prompt"?: string
/** First and last frame. */ "key_frames"?: {
/** The first frame. */ "frame0"?: {
/** What the URL leads to; `generation` goes on from a task of Luma’s. */ "type"?: "image" | "video" | "generation" | ""
/** The picture, or the video to extend by its URL. */ "url"?: string
/** The task to go on from, with the type `generation`. */ "id"?: string
}
/** The last frame. */ "frame1"?: {
/** What the URL leads to; `generation` goes on from a task of Luma’s. */ "type"?: "image" | "video" | "generation" | ""
/** The picture, or the video to extend by its URL. */ "url"?: string
/** The task to go on from, with the type `generation`. */ "id"?: string
}
}
/** The first frame, in the newer spelling. */ "start_image"?: string
/** The last frame, in the newer spelling. */ "end_image"?: string
/** The model, in the older spelling. */ "model_name"?: "ray-v1" | "ray-v2" | "ray-v3" | "ray-2" | "ray-flash-2"
/** The model, in the newer spelling. */ "model"?: "ray-v1" | "ray-v2" | "ray-v3" | "ray-2" | "ray-flash-2"
/** Let the end lead back to the beginning. */ "loop"?: boolean
/** Seconds; 10 without frames only. */ "duration"?: 5 | 9 | 10
/** Width to height. */ "aspect_ratio"?: "9:16" | "3:4" | "1:1" | "4:3" | "16:9" | "21:9" | "9:21"
/** The shorter side. */ "resolution"?: "540p" | "720p" | "1080p" | "4k"
/** Movements of the camera and other concepts that Luma knows by name. */ "concepts"?: {
/** Its name. */ "key": string
}[]
/** Let the prompt be written out further. */ "expand_prompt"?: boolean
}; output: Outputs["videos"] }
/** Go on from a frame or a video. */
"luma/extend_video": { input: {
/** What the video shows. */ "prompt": string
/** First and last frame. */ "key_frames"?: {
/** The first frame. */ "frame0"?: {
/** What the URL leads to; `generation` goes on from a task of Luma’s. */ "type"?: "image" | "video" | "generation" | ""
/** The picture, or the video to extend by its URL. */ "url"?: string
/** The task to go on from, with the type `generation`. */ "id"?: string
}
/** The last frame. */ "frame1"?: {
/** What the URL leads to; `generation` goes on from a task of Luma’s. */ "type"?: "image" | "video" | "generation" | ""
/** The picture, or the video to extend by its URL. */ "url"?: string
/** The task to go on from, with the type `generation`. */ "id"?: string
}
}
/** The first frame, in the newer spelling. */ "start_image"?: string
/** The last frame, in the newer spelling. */ "end_image"?: string
/** The model, in the older spelling. */ "model_name"?: "ray-v1" | "ray-v2" | "ray-v3" | "ray-2" | "ray-flash-2"
/** The model, in the newer spelling. */ "model"?: "ray-v1" | "ray-v2" | "ray-v3" | "ray-2" | "ray-flash-2"
/** Let the end lead back to the beginning. */ "loop"?: boolean
/** Seconds; 10 without frames only. */ "duration"?: 5 | 9 | 10
/** Width to height. */ "aspect_ratio"?: "9:16" | "3:4" | "1:1" | "4:3" | "16:9" | "21:9" | "9:21"
/** The shorter side. */ "resolution"?: "540p" | "720p" | "1080p" | "4k"
/** Movements of the camera and other concepts that Luma knows by name. */ "concepts"?: {
/** Its name. */ "key": string
}[]
/** Let the prompt be written out further. */ "expand_prompt"?: boolean
}; output: Outputs["videos"] }
/** Make a picture with Photon. */
"luma/image_generation": { input: {
/** What is to be seen. */ "prompt"?: string
/** The model; flash is the faster and cheaper one. */ "model": "photon-1" | "photon-flash-1"
/** Width to height. */ "aspect_ratio"?: "9:16" | "3:4" | "1:1" | "4:3" | "16:9" | "21:9" | "9:21"
/** How the picture is encoded. */ "format"?: "jpg" | "png"
/** Pictures to go by. */ "image_ref"?: {
/** The picture. */ "url": string
/** How much it counts. */ "weight"?: number
}[]
/** Pictures whose style is wanted. */ "style_ref"?: {
/** The picture. */ "url": string
/** How much it counts. */ "weight"?: number
}[]
/** Who or what is to appear. */ "character_ref"?: {
/** The person or thing. */ "identity0"?: {
/** The pictures. */ "images"?: string[]
}
}
/** A picture to change. */ "modify_image_ref"?: {
/** The picture. */ "url": string
/** How much it counts. */ "weight"?: number
}
}; output: Outputs["pictures"] }
/** Change the style or the scene of a video. */
"luma/modify_video": { input: {
/** What is to be seen. */ "prompt"?: string
/** The model; flash is the faster and cheaper one. */ "model": "ray-2" | "ray-flash-2"
/** The video to work on. */ "media": {
/** The video. */ "url": string
}
/** How far the result may leave the video, from adhere_1 to reimagine_3. */ "mode": "adhere_1" | "adhere_2" | "adhere_3" | "flex_1" | "flex_2" | "flex_3" | "reimagine_1" | "reimagine_2" | "reimagine_3"
/** How the first frame is to look. */ "first_frame"?: {
/** The picture. */ "url": string
}
}; output: Outputs["videos"] }
/** Give a video another shape, and paint what is missing. */
"luma/reframe_video": { input: {
/** What is to be seen. */ "prompt"?: string
/** Width to height of the result. */ "aspect_ratio": "9:16" | "3:4" | "1:1" | "4:3" | "16:9" | "21:9" | "9:21"
/** Where the original stands, from the left, in pixels. */ "grid_position_x"?: number
/** Where the original stands, from the top, in pixels. */ "grid_position_y"?: number
/** How wide the original becomes, in pixels. */ "resized_width"?: number
/** How high the original becomes, in pixels. */ "resized_height"?: number
/** The left edge of what is kept, in pixels. */ "x_start"?: number
/** The right edge of what is kept, in pixels. */ "x_end"?: number
/** The upper edge of what is kept, in pixels. */ "y_start"?: number
/** The lower edge of what is kept, in pixels. */ "y_end"?: number
/** The model; flash is the faster and cheaper one. */ "model": "ray-2" | "ray-flash-2"
/** The video to work on. */ "media": {
/** The video. */ "url": string
}
/** How the first frame is to look. */ "first_frame"?: {
/** The picture. */ "url": string
}
}; output: Outputs["videos"] }
/** Give a picture another shape, and paint what is missing. */
"luma/reframe_image": { input: {
/** What is to be seen. */ "prompt"?: string
/** Width to height of the result. */ "aspect_ratio": "9:16" | "3:4" | "1:1" | "4:3" | "16:9" | "21:9" | "9:21"
/** Where the original stands, from the left, in pixels. */ "grid_position_x"?: number
/** Where the original stands, from the top, in pixels. */ "grid_position_y"?: number
/** How wide the original becomes, in pixels. */ "resized_width"?: number
/** How high the original becomes, in pixels. */ "resized_height"?: number
/** The left edge of what is kept, in pixels. */ "x_start"?: number
/** The right edge of what is kept, in pixels. */ "x_end"?: number
/** The upper edge of what is kept, in pixels. */ "y_start"?: number
/** The lower edge of what is kept, in pixels. */ "y_end"?: number
/** The model; flash is the faster and cheaper one. */ "model": "photon-1" | "photon-flash-1"
/** The image to work on. */ "media": {
/** The image. */ "url": string
}
/** How the picture is encoded. */ "format"?: "jpg" | "png"
}; output: Outputs["pictures"] }
/** Enlarge a video of Luma’s. */
"luma/upscale_video": { input: {
/** The finished video’s task. */ "origin_task_id": string
/** The shorter side. */ "resolution"?: "540p" | "720p" | "1080p" | "4k"
}; output: Outputs["videos"] }
/** Make the sound for a video of Luma’s. */
"luma/add_audio": { input: {
/** The finished video’s task. */ "origin_task_id": string
/** What is heard. */ "prompt"?: string
/** What must not be heard. */ "negative_prompt"?: string
}; output: Outputs["videos"] }
/** Make a video from its first or last frame. */
"runway/image_to_video": { input: {
/** The model. */ "model": "gen4.5" | "veo3.1" | "veo3.1_fast" | "hailuo3" | "h3_max" | "happyhorse_1_0" | "seedance2" | "seedance2_fast" | "seedance2_mini" | "seedance2_5" | "gemini_omni_flash" | "gemini_omni_flash_1.1" | "grok_imagine_1_5" | "wan3" | "wan3_prime" | "gen4_turbo" | "gen3a_turbo" | "gen2" | "gen3" | "gen4" | "europa" | "gen3a"
/** What is to be seen. */ "promptText"?: string
/** The first frame, the last one, or both. */ "promptImage": ({
/** The image. */ "uri": string
/** Which frame it is. */ "position"?: "first" | "last"
})[]
/** Width to height, in pixels or as a ratio. */ "ratio"?: string
/** Seconds; some models take auto. */ "duration"?: (number | "auto")
/** The same seed, alike results. */ "seed"?: number
/** How strict the moderation is. */ "contentModeration"?: {
/** How strict it is about public figures. */ "publicFigureThreshold"?: "auto" | "low"
}
/** Container and encoding; mp4 costs nothing more. */ "outputFormat"?: "mp4" | "prores" | "png_sequence" | "hdr10" | "hlg" | "sdr_rec709_10bit" | "hdr_pq_12bit_master" | "hdr_prores" | "hdr_png_sequence" | "hdr_exr_sequence" | "hdr_exr_acescg_sequence_1_3" | "hdr_exr_acescg_sequence_2_0"
/** The profile of ProRes. */ "proresProfile"?: "422" | "4444" | "422 Proxy" | "422 LT" | "422 HQ" | "4444 XQ"
/** Make sound, too. */ "audio"?: boolean
/** What must not be seen. */ "negativePrompt"?: string
/** The shorter side, for models that take it. */ "resolution"?: string
/** Pictures to refer to. */ "references"?: {
/** The image. */ "uri": string
}[]
/** Videos to refer to. */ "referenceVideos"?: {
/** The video. */ "uri": string
}[]
/** Sounds to refer to. */ "referenceAudio"?: {
/** The audio. */ "uri": string
}[]
}; output: Outputs["videos"] }
/** Make a video from a description. */
"runway/text_to_video": { input: {
/** The model. */ "model": "gen4.5" | "veo3.1" | "veo3.1_fast" | "hailuo3" | "h3_max" | "happyhorse_1_0" | "seedance2" | "seedance2_fast" | "seedance2_mini" | "seedance2_5" | "gemini_omni_flash" | "gemini_omni_flash_1.1" | "grok_imagine_1_5" | "wan3" | "wan3_prime" | "gen2" | "gen3" | "gen4" | "europa" | "gen3a"
/** What is to be seen. */ "promptText": string
/** Width to height, in pixels or as a ratio. */ "ratio"?: string
/** Seconds; some models take auto. */ "duration"?: (number | "auto")
/** The same seed, alike results. */ "seed"?: number
/** How strict the moderation is. */ "contentModeration"?: {
/** How strict it is about public figures. */ "publicFigureThreshold"?: "auto" | "low"
}
/** Container and encoding; mp4 costs nothing more. */ "outputFormat"?: "mp4" | "prores" | "png_sequence" | "hdr10" | "hlg" | "sdr_rec709_10bit" | "hdr_pq_12bit_master" | "hdr_prores" | "hdr_png_sequence" | "hdr_exr_sequence" | "hdr_exr_acescg_sequence_1_3" | "hdr_exr_acescg_sequence_2_0"
/** The profile of ProRes. */ "proresProfile"?: "422" | "4444" | "422 Proxy" | "422 LT" | "422 HQ" | "4444 XQ"
/** Make sound, too. */ "audio"?: boolean
/** What must not be seen. */ "negativePrompt"?: string
/** The shorter side, for models that take it. */ "resolution"?: string
/** Pictures to refer to. */ "references"?: {
/** The image. */ "uri": string
}[]
/** Videos to refer to. */ "referenceVideos"?: {
/** The video. */ "uri": string
}[]
/** Sounds to refer to. */ "referenceAudio"?: {
/** The audio. */ "uri": string
}[]
}; output: Outputs["videos"] }
/** Change a video by a description. */
"runway/video_to_video": { input: {
/** The model. */ "model": "aleph2" | "hailuo3" | "seedance2" | "seedance2_fast" | "seedance2_mini" | "seedance2_5" | "gemini_omni_flash" | "gemini_omni_flash_1.1" | "gen3" | "gen4"
/** What is to be seen. */ "promptText"?: string
/** The video. */ "videoUri"?: string
/** The video, as some models call it. */ "promptVideo"?: string
/** Pictures that it passes through. */ "keyframes"?: {
/** The image. */ "uri": string
/** Where in the video it stands. */ "seconds"?: number
/** Likewise, as a part of the whole. */ "at"?: number
}[]
/** Width to height of the result. */ "targetAspectRatio"?: string
/** What becomes of the video, for models that take it. */ "mode"?: string
/** Width to height, in pixels or as a ratio. */ "ratio"?: string
/** Seconds; some models take auto. */ "duration"?: (number | "auto")
/** The same seed, alike results. */ "seed"?: number
/** How strict the moderation is. */ "contentModeration"?: {
/** How strict it is about public figures. */ "publicFigureThreshold"?: "auto" | "low"
}
/** Container and encoding; mp4 costs nothing more. */ "outputFormat"?: "mp4" | "prores" | "png_sequence" | "hdr10" | "hlg" | "sdr_rec709_10bit" | "hdr_pq_12bit_master" | "hdr_prores" | "hdr_png_sequence" | "hdr_exr_sequence" | "hdr_exr_acescg_sequence_1_3" | "hdr_exr_acescg_sequence_2_0"
/** The profile of ProRes. */ "proresProfile"?: "422" | "4444" | "422 Proxy" | "422 LT" | "422 HQ" | "4444 XQ"
/** Make sound, too. */ "audio"?: boolean
/** What must not be seen. */ "negativePrompt"?: string
/** The shorter side, for models that take it. */ "resolution"?: string
/** Pictures to refer to. */ "references"?: {
/** The image. */ "uri": string
}[]
/** Videos to refer to. */ "referenceVideos"?: {
/** The video. */ "uri": string
}[]
/** Sounds to refer to. */ "referenceAudio"?: {
/** The audio. */ "uri": string
}[]
}; output: Outputs["videos"] }
/** Let a character perform what a person performs. */
"runway/character_performance": { input: {
/** The model. */ "model": "act_two" | "act_one"
/** The character, as a picture or as a video. */ "character": {
/** A picture of it. */ "image"?: string
/** A video of it. */ "video"?: string
}
/** The person who performs, 3 to 30 seconds long. */ "reference": {
/** The video. */ "video": string
}
/** Take over gestures, too. */ "bodyControl"?: boolean
/** How strong the expression is. */ "expressionIntensity"?: number
/** Width to height, in pixels or as a ratio. */ "ratio"?: string
/** The same seed, alike results. */ "seed"?: number
/** How strict the moderation is. */ "contentModeration"?: {
/** How strict it is about public figures. */ "publicFigureThreshold"?: "auto" | "low"
}
}; output: Outputs["videos"] }
/** Make pictures from a description. */
"runway/text_to_image": { input: {
/** The model. */ "model": "gen4_image" | "gen4_image_turbo" | "gpt_image_2" | "gpt_image_2_5_flare" | "gpt_image_2_5_sunburst" | "gemini_2.5_flash" | "gemini_image3.1_flash" | "gemini_image3_pro" | "grok_imagine_image_2" | "seedream5_lite" | "seedream5_pro" | "muse_image"
/** What the picture shows. */ "promptText": string
/** Width to height, in pixels or as a ratio. */ "ratio"?: string
/** Pictures to refer to. */ "referenceImages"?: ({
/** The image. */ "uri": string
/** Its name in the prompt. */ "tag"?: string
/** What it shows. */ "subject"?: "object" | "human"
})[]
/** How many pictures. */ "outputCount"?: number
/** How much work is done. */ "quality"?: "low" | "medium" | "high" | "auto"
/** Whether the picture has a background. */ "background"?: "transparent" | "opaque" | "auto"
/** The same seed, alike results. */ "seed"?: number
/** How strict the moderation is. */ "contentModeration"?: {
/** How strict it is about public figures. */ "publicFigureThreshold"?: "auto" | "low"
}
}; output: Outputs["pictures"] }
/** Enlarge a picture. */
"runway/image_upscale": { input: {
/** The model. */ "model": "magnific_precision_upscaler_v2"
/** The image. */ "imageUri": string
/** How many times wider and higher it becomes. */ "scaleFactor"?: 2 | 4 | 8 | 16
/** What kind of picture. */ "flavor"?: "sublime" | "photo" | "photo_denoiser"
/** How much detail is added. */ "ultraDetail"?: number
/** How sharp it becomes. */ "sharpen"?: number
/** How much grain it gets. */ "smartGrain"?: number
}; output: Outputs["pictures"] }
/** Enlarge a video, or give it more frames. */
"runway/video_upscale": { input: {
/** The model. */ "model": "magnific_video_upscaler_creative" | "enhance_frame_rate"
/** The video. */ "videoUri": string
/** How large it becomes. */ "resolution"?: "720p" | "1k" | "2k" | "4k"
/** How much detail is invented. */ "creativity"?: number
/** How it looks. */ "flavor"?: "vivid" | "natural"
/** Give it more frames, too. */ "fpsBoost"?: boolean
/** Frames a second. */ "targetFramerate"?: "24" | "25" | "30" | "48" | "50" | "60" | "120" | "23_98" | "29_97" | "59_94"
/** How sharp it becomes. */ "sharpen"?: number
/** How much grain it gets. */ "smartGrain"?: number
}; output: Outputs["videos"] }
/** Give a video a higher dynamic range. */
"runway/video_to_hdr": { input: {
/** The model. */ "model": "ruby"
/** The video. */ "videoUri": string
/** Container and encoding; mp4 costs nothing more. */ "outputFormat"?: "mp4" | "prores" | "png_sequence" | "hdr10" | "hlg" | "sdr_rec709_10bit" | "hdr_pq_12bit_master" | "hdr_prores" | "hdr_png_sequence" | "hdr_exr_sequence" | "hdr_exr_acescg_sequence_1_3" | "hdr_exr_acescg_sequence_2_0"
/** The profile of ProRes. */ "proresProfile"?: "422" | "4444" | "422 Proxy" | "422 LT" | "422 HQ" | "4444 XQ"
}; output: Outputs["videos"] }
/** Speak a text. */
"runway/text_to_speech": { input: {
/** The model. */ "model": "eleven_multilingual_v2" | "eleven_v3" | "seed_audio"
/** What is spoken. */ "promptText": string
/** The voice. */ "voice"?: {
/** Where the voice comes from. */ "type": "runway-preset" | "reference-audio"
/** One of Runway’s voices. */ "presetId"?: string
/** A recording of the voice. */ "audioUri"?: string
}
/** The language, such as "en". */ "languageCode"?: string
/** The same seed, alike results. */ "seed"?: number
/** How the sound is encoded. */ "outputFormat"?: "wav" | "mp3" | "ogg_opus"
/** Samples a second. */ "sampleRate"?: number
/** Louder or softer; 0 changes nothing. */ "loudnessRate"?: number
/** Higher or lower, in semitones; 0 changes nothing. */ "pitchRate"?: number
/** Faster or slower; 0 changes nothing. */ "speechRate"?: number
}; output: Outputs["sounds"] }
/** Make a sound from a description. */
"runway/sound_effect": { input: {
/** The model. */ "model": "eleven_text_to_sound_v2" | "seed_audio"
/** What is heard. */ "promptText": string
/** Seconds. */ "duration"?: number
/** Let the end lead back to the beginning. */ "loop"?: boolean
/** Sounds to refer to. */ "referenceAudios"?: string[]
/** How the sound is encoded. */ "outputFormat"?: "wav" | "mp3" | "ogg_opus"
/** Samples a second. */ "sampleRate"?: number
/** Louder or softer; 0 changes nothing. */ "loudnessRate"?: number
/** Higher or lower, in semitones; 0 changes nothing. */ "pitchRate"?: number
/** Faster or slower; 0 changes nothing. */ "speechRate"?: number
}; output: Outputs["sounds"] }
/** Give a recording another voice. */
"runway/speech_to_speech": { input: {
/** The model. */ "model": "eleven_multilingual_sts_v2"
/** What is spoken, as a recording or as a video. */ "media": {
/** A recording. */ "audio"?: string
/** A video. */ "video"?: string
}
/** The voice. */ "voice": {
/** Where the voice comes from. */ "type": "runway-preset" | "reference-audio"
/** One of Runway’s voices. */ "presetId"?: string
/** A recording of the voice. */ "audioUri"?: string
}
/** Remove all sounds but the voice. */ "removeBackgroundNoise"?: boolean
}; output: Outputs["sounds"] }
/** Leave nothing but the voice. */
"runway/voice_isolation": { input: {
/** The model. */ "model": "eleven_voice_isolation"
/** The audio. */ "audioUri": string
}; output: Outputs["sounds"] }
/** Dub a recording in another language. */
"runway/voice_dubbing": { input: {
/** The model. */ "model": "eleven_voice_dubbing"
/** The audio. */ "audioUri": string
/** The language. */ "targetLang": "en" | "hi" | "pt" | "zh" | "es" | "fr" | "de" | "ja" | "ar" | "ru" | "ko" | "id" | "it" | "nl" | "tr" | "pl" | "sv" | "fil" | "ms" | "ro" | "uk" | "el" | "cs" | "da" | "fi" | "bg" | "hr" | "sk" | "ta"
/** Take another voice. */ "disableVoiceCloning"?: boolean
/** Remove all sounds but the voice. */ "dropBackgroundAudio"?: boolean
/** How many people speak. */ "numSpeakers"?: number
}; output: Outputs["sounds"] }
/** Make a video with Seedance 2. */
"seedance/seedance-2": { input: {
/** What the video shows; references are called @image1, @video1, @audio1 and so on. */ "prompt": string
/** Seconds, from 4 on; 0 for as long as the video in video_urls. */ "duration"?: number
/** Width to height; auto, and between two frames, theirs. */ "aspect_ratio"?: "21:9" | "16:9" | "4:3" | "1:1" | "3:4" | "9:16" | "auto"
/** How references are used; left out, it follows from which ones there are. */ "mode"?: "text_to_video" | "first_last_frames" | "omni_reference"
/** Pictures: frames, or what appears. */ "image_urls"?: string[]
/** Videos whose movement or style is taken. */ "video_urls"?: string[]
/** Sounds that are heard. */ "audio_urls"?: string[]
/** False makes a silent video; it has sound unless this is sent. */ "audio"?: boolean
/** The shorter side. */ "resolution"?: "480p" | "720p" | "1080p"
}; output: Outputs["videos"] }
/** Make a video with Seedance 2, faster. */
"seedance/seedance-2-fast": { input: {
/** What the video shows; references are called @image1, @video1, @audio1 and so on. */ "prompt": string
/** Seconds, from 4 on; 0 for as long as the video in video_urls. */ "duration"?: number
/** Width to height; auto, and between two frames, theirs. */ "aspect_ratio"?: "21:9" | "16:9" | "4:3" | "1:1" | "3:4" | "9:16" | "auto"
/** How references are used; left out, it follows from which ones there are. */ "mode"?: "text_to_video" | "first_last_frames" | "omni_reference"
/** Pictures: frames, or what appears. */ "image_urls"?: string[]
/** Videos whose movement or style is taken. */ "video_urls"?: string[]
/** Sounds that are heard. */ "audio_urls"?: string[]
/** False makes a silent video; it has sound unless this is sent. */ "audio"?: boolean
/** The shorter side. */ "resolution"?: "480p" | "720p"
}; output: Outputs["videos"] }
/** Make a video with the small Seedance 2. */
"seedance/seedance-2-mini": { input: {
/** What the video shows; references are called @image1, @video1, @audio1 and so on. */ "prompt": string
/** Seconds, from 4 on; 0 for as long as the video in video_urls. */ "duration"?: number
/** Width to height; auto, and between two frames, theirs. */ "aspect_ratio"?: "21:9" | "16:9" | "4:3" | "1:1" | "3:4" | "9:16" | "auto"
/** How references are used; left out, it follows from which ones there are. */ "mode"?: "text_to_video" | "first_last_frames" | "omni_reference"
/** Pictures: frames, or what appears. */ "image_urls"?: string[]
/** Videos whose movement or style is taken. */ "video_urls"?: string[]
/** Sounds that are heard. */ "audio_urls"?: string[]
/** False makes a silent video; it has sound unless this is sent. */ "audio"?: boolean
/** The shorter side. */ "resolution"?: "480p" | "720p"
}; output: Outputs["videos"] }
/** Make a video with Seedance 2.5, up to 30 seconds. */
"seedance/seedance-2.5": { input: {
/** What the video shows; references are called @image1, @video1, @audio1 and so on. */ "prompt": string
/** Seconds, from 4 on; 0 for as long as the video in video_urls. */ "duration"?: number
/** Width to height; auto, and between two frames, theirs. */ "aspect_ratio"?: "21:9" | "16:9" | "4:3" | "1:1" | "3:4" | "9:16" | "auto"
/** How references are used; left out, it follows from which ones there are. */ "mode"?: "text_to_video" | "first_last_frames" | "omni_reference"
/** Pictures: frames, or what appears. */ "image_urls"?: string[]
/** Videos whose movement or style is taken. */ "video_urls"?: string[]
/** Sounds that are heard. */ "audio_urls"?: string[]
/** False makes a silent video; it has sound unless this is sent. */ "audio"?: boolean
/** The shorter side. */ "resolution"?: "480p" | "720p" | "1080p"
/** A task of Seedance whose draft is made into the video. */ "draft_task_id"?: string
}; output: Outputs["videos"] }
/** Make a video with Seedance 2, with a less restrictive review. */
"seedance/seedance-2-less-restriction": { input: {
/** What the video shows; references are called @image1, @video1, @audio1 and so on. */ "prompt": string
/** Seconds, from 4 on; 0 for as long as the video in video_urls. */ "duration"?: number
/** Width to height; auto, and between two frames, theirs. */ "aspect_ratio"?: "21:9" | "16:9" | "4:3" | "1:1" | "3:4" | "9:16" | "auto"
/** How references are used; left out, it follows from which ones there are. */ "mode"?: "text_to_video" | "first_last_frames" | "omni_reference"
/** Pictures: frames, or what appears. */ "image_urls"?: string[]
/** Videos whose movement or style is taken. */ "video_urls"?: string[]
/** Sounds that are heard. */ "audio_urls"?: string[]
/** False makes a silent video; it has sound unless this is sent. */ "audio"?: boolean
/** The shorter side. */ "resolution"?: "480p" | "720p" | "1080p"
/** Put the references into the asset library of the service before the work. */ "auto_upload_assets"?: boolean
/** How long references that the task brings along are kept. */ "asset_retention_hours"?: number
}; output: Outputs["videos"] }
/** Make a video with Seedance 2, faster, with a less restrictive review. */
"seedance/seedance-2-fast-less-restriction": { input: {
/** What the video shows; references are called @image1, @video1, @audio1 and so on. */ "prompt": string
/** Seconds, from 4 on; 0 for as long as the video in video_urls. */ "duration"?: number
/** Width to height; auto, and between two frames, theirs. */ "aspect_ratio"?: "21:9" | "16:9" | "4:3" | "1:1" | "3:4" | "9:16" | "auto"
/** How references are used; left out, it follows from which ones there are. */ "mode"?: "text_to_video" | "first_last_frames" | "omni_reference"
/** Pictures: frames, or what appears. */ "image_urls"?: string[]
/** Videos whose movement or style is taken. */ "video_urls"?: string[]
/** Sounds that are heard. */ "audio_urls"?: string[]
/** False makes a silent video; it has sound unless this is sent. */ "audio"?: boolean
/** The shorter side. */ "resolution"?: "480p" | "720p"
/** Put the references into the asset library of the service before the work. */ "auto_upload_assets"?: boolean
/** How long references that the task brings along are kept. */ "asset_retention_hours"?: number
}; output: Outputs["videos"] }
/** Make a video with the small Seedance 2, with a less restrictive review. */
"seedance/seedance-2-mini-less-restriction": { input: {
/** What the video shows; references are called @image1, @video1, @audio1 and so on. */ "prompt": string
/** Seconds, from 4 on; 0 for as long as the video in video_urls. */ "duration"?: number
/** Width to height; auto, and between two frames, theirs. */ "aspect_ratio"?: "21:9" | "16:9" | "4:3" | "1:1" | "3:4" | "9:16" | "auto"
/** How references are used; left out, it follows from which ones there are. */ "mode"?: "text_to_video" | "first_last_frames" | "omni_reference"
/** Pictures: frames, or what appears. */ "image_urls"?: string[]
/** Videos whose movement or style is taken. */ "video_urls"?: string[]
/** Sounds that are heard. */ "audio_urls"?: string[]
/** False makes a silent video; it has sound unless this is sent. */ "audio"?: boolean
/** The shorter side. */ "resolution"?: "480p" | "720p"
/** Put the references into the asset library of the service before the work. */ "auto_upload_assets"?: boolean
/** How long references that the task brings along are kept. */ "asset_retention_hours"?: number
}; output: Outputs["videos"] }
/** Make a video with Seedance 2.5, up to 30 seconds, with a less restrictive review. */
"seedance/seedance-2.5-less-restriction": { input: {
/** What the video shows; references are called @image1, @video1, @audio1 and so on. */ "prompt": string
/** Seconds, from 4 on; 0 for as long as the video in video_urls. */ "duration"?: number
/** Width to height; auto, and between two frames, theirs. */ "aspect_ratio"?: "21:9" | "16:9" | "4:3" | "1:1" | "3:4" | "9:16" | "auto"
/** How references are used; left out, it follows from which ones there are. */ "mode"?: "text_to_video" | "first_last_frames" | "omni_reference"
/** Pictures: frames, or what appears. */ "image_urls"?: string[]
/** Videos whose movement or style is taken. */ "video_urls"?: string[]
/** Sounds that are heard. */ "audio_urls"?: string[]
/** False makes a silent video; it has sound unless this is sent. */ "audio"?: boolean
/** The shorter side. */ "resolution"?: "480p" | "720p" | "1080p"
/** Put the references into the asset library of the service before the work. */ "auto_upload_assets"?: boolean
/** How long references that the task brings along are kept. */ "asset_retention_hours"?: number
/** A task of Seedance whose draft is made into the video. */ "draft_task_id"?: string
}; output: Outputs["videos"] }
/** Make a video with the preview of Seedance 2. */
"seedance/seedance-2-preview": { input: {
/** What the video shows; references are called @image1, @video1, @audio1 and so on. */ "prompt": string
/** Seconds, from 4 on; 0 for as long as the video in video_urls. */ "duration"?: number
/** Width to height; auto, and between two frames, theirs. */ "aspect_ratio"?: "21:9" | "16:9" | "4:3" | "1:1" | "3:4" | "9:16" | "auto"
/** How references are used; left out, it follows from which ones there are. */ "mode"?: "text_to_video" | "first_last_frames" | "omni_reference"
/** Pictures: frames, or what appears. */ "image_urls"?: string[]
/** Videos whose movement or style is taken. */ "video_urls"?: string[]
/** Sounds that are heard. */ "audio_urls"?: string[]
/** False makes a silent video; it has sound unless this is sent. */ "audio"?: boolean
}; output: Outputs["videos"] }
/** Make a video with the preview of Seedance 2, faster. */
"seedance/seedance-2-fast-preview": { input: {
/** What the video shows; references are called @image1, @video1, @audio1 and so on. */ "prompt": string
/** Seconds, from 4 on; 0 for as long as the video in video_urls. */ "duration"?: number
/** Width to height; auto, and between two frames, theirs. */ "aspect_ratio"?: "21:9" | "16:9" | "4:3" | "1:1" | "3:4" | "9:16" | "auto"
/** How references are used; left out, it follows from which ones there are. */ "mode"?: "text_to_video" | "first_last_frames" | "omni_reference"
/** Pictures: frames, or what appears. */ "image_urls"?: string[]
/** Videos whose movement or style is taken. */ "video_urls"?: string[]
/** Sounds that are heard. */ "audio_urls"?: string[]
/** False makes a silent video; it has sound unless this is sent. */ "audio"?: boolean
}; output: Outputs["videos"] }
/** Make a video with Seedance 2, in the fast lane. */
"seedance/seedance-2-preview-vip": { input: {
/** What the video shows; references are called @image1, @video1, @audio1 and so on. */ "prompt": string
/** Seconds, from 4 on; 0 for as long as the video in video_urls. */ "duration"?: number
/** Width to height; auto, and between two frames, theirs. */ "aspect_ratio"?: "21:9" | "16:9" | "4:3" | "1:1" | "3:4" | "9:16" | "auto"
/** How references are used; left out, it follows from which ones there are. */ "mode"?: "text_to_video" | "first_last_frames" | "omni_reference"
/** Pictures: frames, or what appears. */ "image_urls"?: string[]
/** Videos whose movement or style is taken. */ "video_urls"?: string[]
/** Sounds that are heard. */ "audio_urls"?: string[]
/** False makes a silent video; it has sound unless this is sent. */ "audio"?: boolean
/** The shorter side. */ "resolution"?: "480p" | "720p" | "1080p"
}; output: Outputs["videos"] }
/** Make a video with Seedance 2, faster, in the fast lane. */
"seedance/seedance-2-fast-preview-vip": { input: {
/** What the video shows; references are called @image1, @video1, @audio1 and so on. */ "prompt": string
/** Seconds, from 4 on; 0 for as long as the video in video_urls. */ "duration"?: number
/** Width to height; auto, and between two frames, theirs. */ "aspect_ratio"?: "21:9" | "16:9" | "4:3" | "1:1" | "3:4" | "9:16" | "auto"
/** How references are used; left out, it follows from which ones there are. */ "mode"?: "text_to_video" | "first_last_frames" | "omni_reference"
/** Pictures: frames, or what appears. */ "image_urls"?: string[]
/** Videos whose movement or style is taken. */ "video_urls"?: string[]
/** Sounds that are heard. */ "audio_urls"?: string[]
/** False makes a silent video; it has sound unless this is sent. */ "audio"?: boolean
/** The shorter side. */ "resolution"?: "480p" | "720p"
}; output: Outputs["videos"] }
/** Take the mark out of a Seedance video. */
"seedance/remove-watermark": { input: {
/** The video. */ "video_url": string
}; output: Outputs["videos"] }
/** Let a person in a picture speak or sing a recording. */
"omni-human/omni-human-1.5": { input: {
/** The person. */ "image_url": string
/** The recording to speak or sing. */ "audio_url": string
/** How the person moves. */ "prompt"?: string
}; output: Outputs["videos"] }
/** Let two people in a picture hug. */
"Qubico/hug-video/image_to_video": { input: {
/** A picture of two people, by URL or as base64. */ "image_url": string
}; output: Outputs["videos"] }
/** Swap the face in a picture. */
"Qubico/image-toolkit/face-swap": { input: {
/** The picture whose face is replaced, below 2048 by 2048 pixels. */ "target_image": string
/** The picture with the face to put in, below 2048 by 2048 pixels. */ "swap_image": string
}; output: Outputs["pictures"] }
/** Swap several faces in a picture. */
"Qubico/image-toolkit/multi-face-swap": { input: {
/** The picture whose face is replaced, below 2048 by 2048 pixels. */ "target_image": string
/** The picture with the face to put in, below 2048 by 2048 pixels. */ "swap_image": string
/** Which faces of the picture with the faces to put in, counted from 0 from left to right, such as "0,1"; all if left out. */ "swap_faces_index"?: string
/** Which faces of the target, counted from 0 from left to right, such as "0,1"; all if left out. */ "target_faces_index"?: string
}; output: Outputs["pictures"] }
/** Swap the face in a video. */
"Qubico/video-toolkit/face-swap": { input: {
/** The picture with the face to put in, below 2048 by 2048 pixels. */ "swap_image": string
/** The MP4 whose face is replaced: at most 600 frames, 10 MB and 720p. Priced by its frames where it is sent along or uploaded, else as at most 240. */ "target_video": string
/** Which faces of the picture with the faces to put in, counted from 0 from left to right, such as "0,1"; all if left out. */ "swap_faces_index"?: string
/** Which faces of the target, counted from 0 from left to right, such as "0,1"; all if left out. */ "target_faces_index"?: string
}; output: Outputs["videos"] }
/** Remove the background of a picture. */
"Qubico/image-toolkit/background-remove": { input: {
/** The picture, at most 10 MB. */ "image": string
/** The model that finds the background. */ "rmbg_model"?: "RMBG-1.4" | "RMBG-2.0" | "BEN2"
}; output: Outputs["pictures"] }
/** Cut out of a picture what a prompt names. */
"Qubico/image-toolkit/segment": { input: {
/** The picture, at most 10 MB. */ "image": string
/** What is cut out, separated by commas. */ "prompt": string
/** What is not cut out, separated by commas. */ "negative_prompt"?: string
/** Pixels by which the edge grows, or shrinks below 0. */ "segment_factor"?: number
}; output: Outputs["pictures"] }
/** Enlarge a picture and add detail. */
"Qubico/image-toolkit/upscale": { input: {
/** The picture, at most 10 MB. */ "image": string
/** By how much each side grows. */ "scale"?: number
/** Restore faces, too. */ "face_enhance"?: boolean
}; output: Outputs["pictures"] }
/** Double the size of a video. */
"Qubico/video-toolkit/upscale": { input: {
/** An MP4 of 10 to 240 frames, at most 720p and 10 MB. */ "video": string
}; output: Outputs["videos"] }
/** Remove the background of a video. */
"Qubico/video-toolkit/background-remove": { input: {
/** An MP4. */ "video": string
/** Keep the background and remove what stands before it. */ "invert_output"?: boolean
}; output: Outputs["videos"] }
/** Make a 3D model from a description. */
"Qubico/trellis/text-to-3d": { input: {
/** What the model is. */ "prompt": string
/** Steps of the sampler for the structure. */ "ss_sampling_steps"?: number
/** Steps of the sampler for the surface. */ "slat_sampling_steps"?: number
/** How closely the structure follows the input. */ "ss_guidance_strength"?: number
/** How closely the surface follows the input. */ "slat_guidance_strength"?: number
/** The same seed, the same model. */ "seed"?: number
}; output: Outputs["model"] }
/** Make a 3D model from one or more pictures. */
"Qubico/trellis/image-to-3d": { input: {
/** The object, best before a plain background, up to 1024 by 1024 pixels. */ "image"?: string
/** Several views of the object, in place of one. */ "images"?: string[]
/** Steps of the sampler for the structure. */ "ss_sampling_steps"?: number
/** Steps of the sampler for the surface. */ "slat_sampling_steps"?: number
/** How closely the structure follows the input. */ "ss_guidance_strength"?: number
/** How closely the surface follows the input. */ "slat_guidance_strength"?: number
/** The same seed, the same model. */ "seed"?: number
}; output: Outputs["model"] }
/** Make a 3D model from a picture, with finer surfaces. */
"Qubico/trellis2/image-to-3d": { input: {
/** The object, best before a plain background, up to 1024 by 1024 pixels. */ "image": string
/** The same seed, the same model. */ "seed"?: number
}; output: Outputs["model"] }
/** Make a 3D model from a picture, true to its pixels. */
"Qubico/pixal3d/image-to-3d": { input: {
/** The object, best before a plain background, up to 1024 by 1024 pixels. */ "image": string
/** The same seed, the same model. */ "seed"?: number
}; output: Outputs["model"] }
/** Describe a picture in words. */
"Qubico/joycaption/joycaption-beta-one": { input: {
/** The picture to describe. */ "image": string
/** Style of the text, such as Descriptive. */ "prompt_style"?: string
/** Length of the text, such as any. */ "caption_length"?: string
/** Always joycaption-beta-one, if it is sent. */ "workflow_type"?: string
}; output: Outputs["texts"] }
/** Run any model of Replicate. */
"replicate/prediction": { input: {
/** The model, as owner/name; empty where a version or a deployment says it. */ "model"?: string
/** The id of a version; empty for the latest. */ "version"?: string
/** A deployment, as owner/name, in place of a model. */ "deployment"?: string
/** The input of the model: its fields at Replicate. */ "input": Record<string, unknown>
}; output: Outputs["anything"] }
/** Run any model of fal. */
"fal/request": { input: {
/** The model: owner/app, with the path below it. */ "model": string
/** The input of the model: its fields at fal. */ "input": Record<string, unknown>
}; output: Outputs["anything"] }
}

/** The operations of each model, by their types of task. */
export interface Models {
"suno": { "music": "suno/music"; "lyrics": "suno/lyrics"; "concat": "suno/concat"; "upload": "suno/upload"; "persona": "suno/persona"; "stems": "suno/stems"; "timing": "suno/timing"; "wav": "suno/wav"; "mp4": "suno/mp4"; "midi": "suno/midi"; "tags": "suno/tags" }
"music-u": { "generate_music": "music-u/generate_music"; "generate_lyrics": "music-u/generate_lyrics" }
"Qubico/diffrhythm": { "txt2audio-base": "Qubico/diffrhythm/txt2audio-base"; "txt2audio-full": "Qubico/diffrhythm/txt2audio-full" }
"Qubico/ace-step": { "txt2audio": "Qubico/ace-step/txt2audio"; "audio2audio": "Qubico/ace-step/audio2audio"; "edit": "Qubico/ace-step/edit"; "extend": "Qubico/ace-step/extend" }
"Qubico/mmaudio": { "video2audio": "Qubico/mmaudio/video2audio" }
"Qubico/tts": { "zero-shot": "Qubico/tts/zero-shot" }
"byteaudio": { "seed-audio-1.0": "byteaudio/seed-audio-1.0" }
"Qubico/flux1-schnell": { "txt2img": "Qubico/flux1-schnell/txt2img"; "img2img": "Qubico/flux1-schnell/img2img" }
"Qubico/flux1-dev": { "txt2img": "Qubico/flux1-dev/txt2img"; "img2img": "Qubico/flux1-dev/img2img" }
"Qubico/flux1-dev-advanced": { "txt2img": "Qubico/flux1-dev-advanced/txt2img"; "img2img": "Qubico/flux1-dev-advanced/img2img"; "txt2img-lora": "Qubico/flux1-dev-advanced/txt2img-lora"; "img2img-lora": "Qubico/flux1-dev-advanced/img2img-lora"; "controlnet-lora": "Qubico/flux1-dev-advanced/controlnet-lora"; "redux-variation": "Qubico/flux1-dev-advanced/redux-variation"; "fill-inpaint": "Qubico/flux1-dev-advanced/fill-inpaint"; "fill-outpaint": "Qubico/flux1-dev-advanced/fill-outpaint"; "kontext": "Qubico/flux1-dev-advanced/kontext" }
"gemini": { "gemini-2.5-flash-image": "gemini/gemini-2.5-flash-image"; "nano-banana-pro": "gemini/nano-banana-pro"; "nano-banana-2": "gemini/nano-banana-2"; "nano-banana-2.1": "gemini/nano-banana-2.1" }
"Qubico/qwen-image": { "txt2img": "Qubico/qwen-image/txt2img"; "image-edit": "Qubico/qwen-image/image-edit" }
"Qubico/z-image": { "txt2img": "Qubico/z-image/txt2img" }
"seedream": { "seedream-5-lite": "seedream/seedream-5-lite"; "seedream-5": "seedream/seedream-5" }
"bfl": { "flux-pro-1.1": "bfl/flux-pro-1.1"; "flux-pro-1.1-ultra": "bfl/flux-pro-1.1-ultra"; "flux-pro": "bfl/flux-pro"; "flux-dev": "bfl/flux-dev"; "flux-kontext-pro": "bfl/flux-kontext-pro"; "flux-kontext-max": "bfl/flux-kontext-max"; "flux-pro-1.0-fill": "bfl/flux-pro-1.0-fill"; "flux-pro-1.0-expand": "bfl/flux-pro-1.0-expand"; "flux-pro-1.0-canny": "bfl/flux-pro-1.0-canny"; "flux-pro-1.0-depth": "bfl/flux-pro-1.0-depth"; "flux-2-pro": "bfl/flux-2-pro"; "flux-2-max": "bfl/flux-2-max"; "flux-2-flex": "bfl/flux-2-flex"; "flux-2-klein-4b": "bfl/flux-2-klein-4b"; "flux-2-klein-9b": "bfl/flux-2-klein-9b"; "flux-3-video": "bfl/flux-3-video"; "finetune": "bfl/finetune"; "flux-pro-finetuned": "bfl/flux-pro-finetuned"; "flux-pro-1.1-ultra-finetuned": "bfl/flux-pro-1.1-ultra-finetuned"; "flux-pro-1.0-fill-finetuned": "bfl/flux-pro-1.0-fill-finetuned"; "flux-pro-1.0-canny-finetuned": "bfl/flux-pro-1.0-canny-finetuned"; "flux-pro-1.0-depth-finetuned": "bfl/flux-pro-1.0-depth-finetuned" }
"gpt-image": { "generate": "gpt-image/generate"; "edit": "gpt-image/edit" }
"ideogram": { "generate": "ideogram/generate"; "remix": "ideogram/remix"; "edit": "ideogram/edit"; "upscale": "ideogram/upscale"; "describe": "ideogram/describe"; "reframe": "ideogram/reframe"; "v3-generate": "ideogram/v3-generate"; "v3-remix": "ideogram/v3-remix"; "v3-edit": "ideogram/v3-edit"; "v3-reframe": "ideogram/v3-reframe"; "v3-replace-background": "ideogram/v3-replace-background"; "v3-generate-transparent": "ideogram/v3-generate-transparent"; "v4-generate": "ideogram/v4-generate"; "v4-generate-transparent": "ideogram/v4-generate-transparent"; "v4-remix": "ideogram/v4-remix"; "v45-generate": "ideogram/v45-generate"; "v45-precise-edit": "ideogram/v45-precise-edit"; "v4-magic-prompt": "ideogram/v4-magic-prompt"; "v4-describe": "ideogram/v4-describe"; "v3-layerize-text": "ideogram/v3-layerize-text" }
"recraft": { "generate": "recraft/generate"; "image-to-image": "recraft/image-to-image"; "inpaint": "recraft/inpaint"; "replace-background": "recraft/replace-background"; "generate-background": "recraft/generate-background"; "outpaint": "recraft/outpaint"; "variate-image": "recraft/variate-image"; "vectorize": "recraft/vectorize"; "erase-region": "recraft/erase-region"; "remove-background": "recraft/remove-background"; "crisp-upscale": "recraft/crisp-upscale"; "creative-upscale": "recraft/creative-upscale" }
"midjourney": { "imagine": "midjourney/imagine"; "upscale": "midjourney/upscale"; "variation": "midjourney/variation"; "reroll": "midjourney/reroll"; "describe": "midjourney/describe"; "seed": "midjourney/seed"; "blend": "midjourney/blend"; "inpaint": "midjourney/inpaint"; "outpaint": "midjourney/outpaint"; "pan": "midjourney/pan"; "shorten": "midjourney/shorten"; "edits": "midjourney/edits"; "retexture": "midjourney/retexture"; "video": "midjourney/video" }
"kling": { "video_generation": "kling/video_generation"; "extend_video": "kling/extend_video"; "lip_sync": "kling/lip_sync"; "effects": "kling/effects"; "ai_try_on": "kling/ai_try_on"; "sound": "kling/sound"; "avatar": "kling/avatar"; "motion_control": "kling/motion_control"; "omni_video_generation": "kling/omni_video_generation"; "text_to_video": "kling/text_to_video"; "image_to_video": "kling/image_to_video"; "image_generation": "kling/image_generation"; "image_expansion": "kling/image_expansion" }
"kling-turbo": { "video_generation": "kling-turbo/video_generation" }
"veo3": { "veo3-video": "veo3/veo3-video"; "veo3-video-fast": "veo3/veo3-video-fast" }
"veo3.1": { "veo3.1-video": "veo3.1/veo3.1-video"; "veo3.1-video-fast": "veo3.1/veo3.1-video-fast" }
"sora2": { "sora2-video": "sora2/sora2-video"; "sora2-pro-video": "sora2/sora2-pro-video"; "sora2-remix": "sora2/sora2-remix"; "remove-watermark": "sora2/remove-watermark" }
"hailuo": { "video_generation": "hailuo/video_generation" }
"Qubico/minimax-h3": { "txt2video": "Qubico/minimax-h3/txt2video"; "img2video": "Qubico/minimax-h3/img2video" }
"minimax": { "video_generation": "minimax/video_generation"; "text_to_speech": "minimax/text_to_speech"; "music_generation": "minimax/music_generation"; "image_generation": "minimax/image_generation" }
"Qubico/wanx": { "txt2video-1.3b": "Qubico/wanx/txt2video-1.3b"; "txt2video-14b": "Qubico/wanx/txt2video-14b"; "img2video-14b": "Qubico/wanx/img2video-14b"; "txt2video-14b-lora": "Qubico/wanx/txt2video-14b-lora"; "img2video-14b-lora": "Qubico/wanx/img2video-14b-lora"; "img2video-14b-keyframe": "Qubico/wanx/img2video-14b-keyframe"; "img2video-14b-control-camera": "Qubico/wanx/img2video-14b-control-camera"; "wan22-txt2video-14b": "Qubico/wanx/wan22-txt2video-14b"; "wan22-img2video-14b": "Qubico/wanx/wan22-img2video-14b" }
"Wan": { "wan26-txt2video": "Wan/wan26-txt2video"; "wan26-img2video": "Wan/wan26-img2video" }
"Qubico/hunyuan": { "txt2video": "Qubico/hunyuan/txt2video"; "fast-txt2video": "Qubico/hunyuan/fast-txt2video"; "txt2video-lora": "Qubico/hunyuan/txt2video-lora"; "img2video-concat": "Qubico/hunyuan/img2video-concat"; "img2video-replace": "Qubico/hunyuan/img2video-replace" }
"Qubico/skyreels": { "img2video": "Qubico/skyreels/img2video" }
"Qubico/framepack": { "img2video": "Qubico/framepack/img2video" }
"luma": { "video_generation": "luma/video_generation"; "extend_video": "luma/extend_video"; "image_generation": "luma/image_generation"; "modify_video": "luma/modify_video"; "reframe_video": "luma/reframe_video"; "reframe_image": "luma/reframe_image"; "upscale_video": "luma/upscale_video"; "add_audio": "luma/add_audio" }
"runway": { "image_to_video": "runway/image_to_video"; "text_to_video": "runway/text_to_video"; "video_to_video": "runway/video_to_video"; "character_performance": "runway/character_performance"; "text_to_image": "runway/text_to_image"; "image_upscale": "runway/image_upscale"; "video_upscale": "runway/video_upscale"; "video_to_hdr": "runway/video_to_hdr"; "text_to_speech": "runway/text_to_speech"; "sound_effect": "runway/sound_effect"; "speech_to_speech": "runway/speech_to_speech"; "voice_isolation": "runway/voice_isolation"; "voice_dubbing": "runway/voice_dubbing" }
"seedance": { "seedance-2": "seedance/seedance-2"; "seedance-2-fast": "seedance/seedance-2-fast"; "seedance-2-mini": "seedance/seedance-2-mini"; "seedance-2.5": "seedance/seedance-2.5"; "seedance-2-less-restriction": "seedance/seedance-2-less-restriction"; "seedance-2-fast-less-restriction": "seedance/seedance-2-fast-less-restriction"; "seedance-2-mini-less-restriction": "seedance/seedance-2-mini-less-restriction"; "seedance-2.5-less-restriction": "seedance/seedance-2.5-less-restriction"; "seedance-2-preview": "seedance/seedance-2-preview"; "seedance-2-fast-preview": "seedance/seedance-2-fast-preview"; "seedance-2-preview-vip": "seedance/seedance-2-preview-vip"; "seedance-2-fast-preview-vip": "seedance/seedance-2-fast-preview-vip"; "remove-watermark": "seedance/remove-watermark" }
"omni-human": { "omni-human-1.5": "omni-human/omni-human-1.5" }
"Qubico/hug-video": { "image_to_video": "Qubico/hug-video/image_to_video" }
"Qubico/image-toolkit": { "face-swap": "Qubico/image-toolkit/face-swap"; "multi-face-swap": "Qubico/image-toolkit/multi-face-swap"; "background-remove": "Qubico/image-toolkit/background-remove"; "segment": "Qubico/image-toolkit/segment"; "upscale": "Qubico/image-toolkit/upscale" }
"Qubico/video-toolkit": { "face-swap": "Qubico/video-toolkit/face-swap"; "upscale": "Qubico/video-toolkit/upscale"; "background-remove": "Qubico/video-toolkit/background-remove" }
"Qubico/trellis": { "text-to-3d": "Qubico/trellis/text-to-3d"; "image-to-3d": "Qubico/trellis/image-to-3d" }
"Qubico/trellis2": { "image-to-3d": "Qubico/trellis2/image-to-3d" }
"Qubico/pixal3d": { "image-to-3d": "Qubico/pixal3d/image-to-3d" }
"Qubico/joycaption": { "joycaption-beta-one": "Qubico/joycaption/joycaption-beta-one" }
"replicate": { "prediction": "replicate/prediction" }
"fal": { "request": "fal/request" }
}
