"""Writes tests/vectors/NAME.txt for every indicator: published values (by hand,
below) and the definition worked out in decimals of 60 digits. Run by hand, from
the root of the checkout, when an indicator is added; then read what changed."""
from decimal import Decimal as D, getcontext
import csv, sys
getcontext().prec = 60
rows = [r for r in csv.reader(open('tests/vectors/bars_talib.csv')) if r and not r[0].startswith('#')][1:]
h, l, c, v = ([D(r[i]) for r in rows] for i in range(4))
n = len(c)
def sma(x, p): return [None if i < p-1 or x[i-p+1] is None else sum(x[i-p+1:i+1])/p for i in range(len(x))]
def ema(x, p, start=None):
    out=[None]*len(x)
    first = next(i for i in range(len(x)) if x[i] is not None)
    at = first+p-1 if start is None else start
    y = sum(x[at-p+1:at+1])/p
    out[at]=y
    for i in range(at+1,len(x)):
        y = y + (x[i]-y)*2/(p+1); out[i]=y
    return out
def wilder(x, first, p):
    out=[None]*len(x); y=sum(x[first:first+p])/p; out[first+p-1]=y
    for i in range(first+p,len(x)): y=(y*(p-1)+x[i])/p; out[i]=y
    return out
R={}
for p in (20,50,100,200): R[f'sma_{p}']=sma(c,p)
for p in (12,26,50): R[f'ema_{p}']=ema(c,p)
fast, slow = ema(c,12,25), ema(c,26)
m=[None if a is None or b is None else a-b for a,b in zip(fast,slow)]
s=ema(m,9)
R['macd_signal']=s; R['macd']=[a if b is not None else None for a,b in zip(m,s)]
R['macd_hist']=[None if b is None else a-b for a,b in zip(m,s)]
up=[D(0)]+[max(c[i]-c[i-1],D(0)) for i in range(1,n)]; dn=[D(0)]+[max(c[i-1]-c[i],D(0)) for i in range(1,n)]
au, ad = wilder(up,1,14), wilder(dn,1,14)
R['rsi_14']=[None if a is None else 100*a/(a+b) for a,b in zip(au,ad)]
mid=sma(c,20); R['bb_middle']=mid
dev=[None if mid[i] is None else (sum((x-mid[i])**2 for x in c[i-19:i+1])/20).sqrt() for i in range(n)]
R['bb_upper']=[None if a is None else a+2*b for a,b in zip(mid,dev)]
R['bb_lower']=[None if a is None else a-2*b for a,b in zip(mid,dev)]
k=[None if i<13 else 100*(c[i]-min(l[i-13:i+1]))/(max(h[i-13:i+1])-min(l[i-13:i+1])) for i in range(n)]
sk=sma(k,3); sd=sma(sk,3)
R['stoch_d']=sd; R['stoch_k']=[a if b is not None else None for a,b in zip(sk,sd)]
tr=[D(0)]+[max(h[i]-l[i],abs(h[i]-c[i-1]),abs(l[i]-c[i-1])) for i in range(1,n)]
R['atr_14']=wilder(tr,1,14)
pd=[D(0)]*n; md=[D(0)]*n
for i in range(1,n):
    a,b=h[i]-h[i-1], l[i-1]-l[i]
    if a>b and a>0: pd[i]=a
    if b>a and b>0: md[i]=b
P,M=sum(pd[1:14]),sum(md[1:14]); dx=[None]*n
for i in range(14,n):
    P=P-P/14+pd[i]; M=M-M/14+md[i]; dx[i]=100*abs(P-M)/(P+M)
R['adx_14']=wilder(dx,14,14)
ses=[i//5 for i in range(n)]; vw=[]; tv=vv=D(0)
for i in range(n):
    if i%5==0: tv=vv=D(0)
    tv+=(h[i]+l[i]+c[i])/3*v[i]; vv+=v[i]; vw.append(tv/vv)
R['vwap']=vw; R['volume_sma_20']=sma(v,20)
T="TA-Lib, regression test ta_regtest, "
PUB={
 'rsi_14':("test_rsi.c",{14:'49.14',15:'52.32',16:'46.07',251:'49.63'}),
 'macd':("test_macd.c",{33:'-1.9738'}),'macd_signal':("test_macd.c",{33:'-2.7071'}),'macd_hist':("test_macd.c",{33:'0.7333'}),
 'bb_upper':("test_bbands.c",{19:'98.0734'}),'bb_middle':("test_bbands.c",{19:'92.8910'}),'bb_lower':("test_bbands.c",{19:'87.7086'}),
 'sma_20':("test_bbands.c (the middle band)",{19:'92.8910'}),
 'atr_14':("test_trange.c",{14:'3.578',15:'3.4876',16:'3.55',26:'3.245',27:'3.394',28:'3.413',251:'3.26'}),
 'adx_14':("test_adx.c",{27:'23',28:'22',250:'17',251:'16'}),
}
WORDS={'sma':'TA-Lib, function SMA','ema':'TA-Lib, function EMA: begins as the SMA','stoc':'TA-Lib, function STOCH 14/3/3, both means simple','vwap':'Berkowitz, Logue and Noser, The Total Cost of Transactions on the\n#         NYSE, 1988; a session every 5 bars','volu':'TA-Lib, function SMA of the volume'}
for name,col in R.items():
    f=open(f'tests/vectors/{name}.txt','w')
    f.write("# bars_talib.csv: TA-Lib's reference history. Lines: kind, bar, value.\n")
    if name in PUB:
        f.write(f"# published  {T}{PUB[name][0]};\n#            exact to one unit of the last digit\n")
    else:
        src=WORDS.get(name[:4],WORDS.get(name[:3]))
        f.write(f"# source  {src}\n")
    f.write("# computed   the definition in core/indicator.h worked out in decimals of\n#            60 digits; exact to 1e-9 of the value\n")
    if name in PUB:
        for b,val in PUB[name][1].items():
            err=abs(col[b]-D(val)); unit=D(1).scaleb(D(val).as_tuple().exponent)
            if err>unit: print('MISMATCH',name,b,val,col[b])
            f.write(f"published {b} {val}\n")
    first=next(i for i in range(n) if col[i] is not None)
    if first: f.write(f"computed {first-1} none\n")
    for b in sorted({first,first+1,first+2,(first+n)//2,n-2,n-1}):
        f.write(f"computed {b} {col[b]:.17g}\n")
    print(name,first)
