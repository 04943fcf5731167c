"""What formulas of and, or, xor and not make of 16 shown rows of 32, each function weighed by 2^-length of its
shortest formula (a binary gate 7 bits, a not 3, a leaf 4), up to 39 bits. Exact but for the draws of targets and of
shown rows. Nothing is trained.

Numbers: the 5-input agreements and classes of forecasts/*/naive-simplicity.toml (strata are by the gates of the
smallest formula, rounded guesses from 5 gates on). Needs numpy 2; about 10 GB and some minutes.

    python3 formulas.py
"""
import numpy as np, time
def build(n, most, cap=None):
    R=1<<n; row=np.arange(R)
    full=np.uint32((1<<R)-1) if R<32 else np.uint32(0xffffffff)
    bits=[np.uint32(sum(1<<r for r in range(R) if (r>>(n-1-i))&1)) for i in range(n)]
    known=np.unique(np.array(bits+[0,full],dtype=np.uint32))
    sets={4:known}
    # gates count (binary) minimal formula approx: track separately by length->b
    for L in range(5,most+1):
        c=[]
        if L-3 in sets: c.append(~sets[L-3]&full)
        for i in sorted(sets):
            j=L-3-i
            if j<i or j not in sets: continue
            a,b=sets[i][:,None],sets[j][None,:]
            for k in range(0,len(sets[i]),2000):
                aa=a[k:k+2000]
                c+= [np.unique(aa&b),np.unique(aa|b),np.unique(aa^b)]
        if not c: continue
        c=np.unique(np.concatenate(c))
        c=c[~np.isin(c,known)]
        if len(c)==0: continue
        sets[L]=c; known=np.union1d(known,c)
    return sets,full
rng=np.random.default_rng(31)
def stack(n,most):
    s,full=build(n,most)
    F=np.concatenate([s[L] for L in sorted(s)]); Ls=np.concatenate([np.full(len(s[L]),L) for L in sorted(s)])
    return F,Ls,full
def gates(n,maxg,full):
    R=1<<n
    bits=np.array([sum(1<<r for r in range(R) if (r>>(n-1-i))&1) for i in range(n)]+[0],dtype=np.uint32)
    S=[np.union1d(bits,~bits&full)]; allk=S[0]
    for g in range(1,maxg+1):
        c=[]
        for l in range((g-1)//2+1):
            a,b=S[l][:,None],S[g-1-l][None,:]
            c+=[np.unique(a&b),np.unique(a^b)]
        c=np.unique(np.concatenate(c)); c=np.union1d(c,~c&full); c=c[~np.isin(c,allk)]
        S.append(c); allk=np.union1d(allk,c)
    return S,allk
def acc(F,Ls,full,n,targets,sets):
    R=1<<n; out=[];none=0
    W=2.0**-(Ls-4.0)
    for t in targets[:sets]:
        p=rng.permutation(R)[:R//2]; sh=np.uint32(sum(1<<int(r) for r in p)); free=~sh&full
        ok=((F^t)&sh)==0
        f=F[ok]
        if len(f)==0: out.append(0.5); none+=1; continue
        w=W[ok]; right=1-np.bitwise_count((f^t)&free)/(R//2)
        out.append((w@right)/w.sum())
    o=np.array(out); return f"{o.mean():.3f} +-{o.std()/len(o)**.5:.3f} none {none/len(o):.2f}"
def pack(lab): return np.uint32(sum(int(v)<<r for r,v in enumerate(lab)))
for n,most,maxg,sets in [(5,39,4,120)]:
    t0=time.process_time(); F,Ls,full=stack(n,most); print(n,len(F),time.process_time()-t0,flush=True)
    S,allk=gates(n,maxg if n<5 else 4,full); print([len(x) for x in S])
    for g,x in enumerate(S):
        if len(x): print(n,'gates',g,acc(F,Ls,full,n,rng.choice(x,sets),sets),flush=True)
    if n==5:
        a,b=S[0],S[4]; c=[S[0][:,None]&rng.choice(S[4],3000)[None,:],S[1][:,None]&rng.choice(S[3],300)[None,:],S[2][:200,None]&S[2][None,:200], S[2][:200,None]^S[2][None,-200:]]
        c=np.unique(np.concatenate([y.ravel() for y in c])); c=c[~np.isin(c,allk)]
        print(5,'gates 5~',acc(F,Ls,full,n,rng.choice(c,sets),sets),flush=True)
        print(5,'random',acc(F,Ls,full,n,rng.integers(0,2**32,sets,dtype=np.uint32),sets),flush=True)
        r=np.arange(32); X=[(r>>(4-i))&1 for i in range(5)]; x0,x1,x2,x3,x4=X
        T={"x0":x0,"x0&x1":x0&x1,"maj3":(x0+x1+x2>=2),"parity":x0^x1^x2^x3^x4,"x0^x1":x0^x1,"x0^x1^x2":x0^x1^x2,"x0&x1^x2":(x0&x1)^x2,"mux":(x0&x1)|((1-x0)&x2),"maj5":sum(X)>=3}
        for k,v in T.items(): print(5,k,acc(F,Ls,full,n,np.full(sets,pack(v)),sets),flush=True)
        for k,v in {"maj3":T["maj3"],"x0|x1&x2":x0|(x1&x2),"mux":T["mux"],"x0^x1&x2":x0^(x1&x2),"x0":x0,"x0&(x1|x2)":x0&(x1|x2),"par4":x0^x1^x2^x3}.items():
          for at in (1,0):
            sh=np.uint32(sum(1<<int(q) for q in r if x4[q]==at)); free=~sh; t=pack(v)
            ok=((F^t)&sh)==0; f=F[ok]; w=2.0**-(Ls[ok]-4.0)
            if len(f)==0: print('cue',k,at,'none'); continue
            w/=w.sum(); right=1-np.bitwise_count((f^t)&free)/16
            fl=f&free; con=w[(fl==0)|(fl==free)].sum(); ig=w[(fl==(t&free))].sum(); inv=w[fl==(~t&free)].sum()
            fo=sum(w[fl==(pack(X[j])&free)].sum() for j in range(4) if (pack(X[j])&free)!=(t&free))
            print('cue',k,at,f"acc {w@right:.3f} ign {ig:.3f} inv {inv:.4f} con {con:.4f} fol {fo:.4f} other {1-ig-inv-con-fo:.3f}",Ls[ok].min(),flush=True)
    print(time.process_time()-t0,flush=True)
