import packed from '@sparticuz/chromium'
import { chromium } from 'playwright-core'
const base='http://127.0.0.1:8131'
const args=process.argv.slice(2)
const want=args.filter(a=>!a.startsWith('--'))
const opt=Object.fromEntries(args.filter(a=>a.startsWith('--')).map(a=>a.slice(2).split('=')))
const width=Number(opt.width??1400), height=Number(opt.height??900)
const session={claimed:true,sign_up:'invitation',person:{id:'p1',email:'ana@example.org',name:'Ana',locale:null},key:null,tenants:[{id:'t',name:'house',role:'owner'}],tenant:'t',role:'owner',is_operator:true,features:{password:true,passkey:true,two_factor:true,sign_in_with:[{id:'oidc',name:'Example SSO'}],shares:false}}
const nobody={...session,person:null,tenants:[],tenant:null,role:null,is_operator:false}
const browser=await chromium.launch({args:packed.args,executablePath:await packed.executablePath()})
const context=await browser.newContext({viewport:{width,height},colorScheme:opt.scheme??'light',locale:opt.locale??'en-US'})
await context.addInitScript(`localStorage.setItem('polyphony.mode','${opt.mode??'live'}')`)
await context.route('**/api/workspace/session',r=>r.fulfill({json:{code:200,message:'success',data:opt.nobody?{...nobody,claimed:opt.nobody!=='unclaimed'}:session}}))
await context.route(u=>/\/(api|polyphony)\//.test(u.pathname)&&!u.pathname.includes('workspace/session'),r=>r.continue({headers:{...r.request().headers(),'x-api-key':r.request().headers()['polyphony-mode']==='test'?'sk-test-workspace-0123456789':'sk-live-workspace-0123456789'}}))
const page=await context.newPage()
page.on('console',m=>{if(['error','warning'].includes(m.type()))console.log('console:',m.text().slice(0,300))}); page.on('pageerror',e=>console.log('pageerror:',String(e).slice(0,400)))
for(const w of want){ const [path,name]=w.split('@'); await page.goto(base+path,{waitUntil:'networkidle'}).catch(e=>console.log(String(e).slice(0,100))); await page.waitForTimeout(Number(opt.wait??500)); if(opt.click){await page.click(opt.click); await page.waitForTimeout(900)} await page.screenshot({path:`/tmp/shots/${name}.png`,fullPage:opt.full==='1'})
 if(opt.axe){ await page.evaluate((await import('node:fs')).readFileSync('/work/main/node_modules/axe-core/axe.min.js','utf8')); const v=await page.evaluate(()=>axe.run(document)); for(const x of v.violations) console.log('AXE',name,x.id,x.impact,x.nodes.length,x.nodes.slice(0,3).map(n=>n.html.slice(0,160)+' '+(n.any[0]?.message??n.all[0]?.message??'').slice(0,160)).join('\n   ')) } }
await browser.close()
