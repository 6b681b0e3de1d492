import { writeFile, readFile } from 'node:fs/promises'
import sharp from 'sharp'
import perform from './src/engines/workshop/workshop-worker.ts'
import { MessageChannel } from 'node:worker_threads'
const D='/tmp/ws/sk/skimage/data/', OUT='docs/images/workshop/'
async function run(work){ const {port2}=new MessageChannel(); const c0=process.cpuUsage(),t=performance.now(); const o=await perform({field:'image',work,stop:new Int32Array(new SharedArrayBuffer(4)),progress:port2}); const c=process.cpuUsage(c0); console.log(work.kind,JSON.stringify(work.to??''),o.status,o.reason??'','cpu',((c.user+c.system)/1e6).toFixed(1),'wall',((performance.now()-t)/1000).toFixed(1), o.made&&[o.made.widthPx,o.made.heightPx,o.made.file.length],'rss',process.memoryUsage().rss>>20); return o.made?.file }
async function side(files,name,w,h){ const tiles=await Promise.all(files.map(f=>sharp(f).resize(w,h,{fit:'fill',kernel:'lanczos3'}).flatten({background:'#fff'}).png().toBuffer())); const W=files.length*w+(files.length-1)*8; await sharp({create:{width:W,height:h,channels:3,background:'#fff'}}).composite(tiles.map((input,i)=>({input,left:i*(w+8),top:0}))).webp({quality:82}).toFile(OUT+name) }
const png=(s)=>s.png().toBuffer()
const which=process.argv[2]
if(which==='cut'){ const cat=await png(sharp(D+'chelsea.png')); const cup=await png(sharp(D+'coffee.png').resize(600)); 
 const made=await run({kind:'cut out',picture:cup,format:'png'}); const on=await sharp(made).flatten({background:'#7fb3d5'}).png().toBuffer(); await side([cup,on],'cut-out.webp',400,266) }
if(which==='erase'){ const p=await png(sharp(D+'rocket.jpg')); const m=await sharp(p).metadata(); const W=m.width,H=m.height
 const mask=await png(sharp(Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${W}" height="${H}"><rect width="${W}" height="${H}"/><rect x="300" y="70" width="60" height="330" fill="#fff"/></svg>`)).removeAlpha()); const made=await run({kind:'erase',picture:p,mask,format:'png'}); console.log(W,H); await side([p,made],'erase.webp',400,Math.round(400*H/W)) }
if(which==='vec'){ const p=await png(sharp(D+'coffee.png').resize(512,null)); const made=await run({kind:'vectorize',picture:p,drawing:{shapes:'hierarchical',isCompact:false,hasFewColours:false,hasNoSmallShapes:true}}); const svg=Buffer.from(made); console.log('svg KB',svg.length>>10,'paths',svg.toString().split('<path').length-1); await side([p,await png(sharp(svg))],'vectorize.webp',400,267)
 const q=await png(sharp(D+'astronaut.png')); await run({kind:'vectorize',picture:q,drawing:{shapes:'hierarchical',isCompact:false,hasFewColours:false,hasNoSmallShapes:false}}) }
if(which==='x'){ const crop=await png(sharp(D+'astronaut.png').extract({left:150,top:20,width:192,height:192}).resize(96,96,{kernel:'lanczos3'})); const made=await run({kind:'enlarge',picture:crop,to:{by:4},format:'png'}); await side([await png(sharp(crop).resize(384,384,{kernel:'lanczos3'})),made],'enlarge.webp',384,384)
 const q=await png(sharp(D+'astronaut.png').resize(256)); await run({kind:'enlarge',picture:q,to:{by:2},format:'png'}) }
