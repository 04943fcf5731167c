"""The same at 5 inputs: formulas of and, or (negation free) and xor at three gates, up to 5 gates; what lies beyond is
taken to be right on one half of rows, in numbers that are guessed by growth (`tail`). Nothing is trained.

Numbers: forecasts/*/panel-smallest-circuit.toml, generous reading, at 5 inputs. Needs numpy 2.

    python3 five.py
"""
import numpy as np,time
rng=np.random.default_rng(5)
n=5;R=32;full=np.uint32(0xffffffff)
X=[np.uint32(sum(((r>>(4-i))&1)<<r for r in range(R))) for i in range(n)]
def levels(xc,top):
    seen=np.unique(np.array([0,*X],np.uint32)); seen=np.unique(np.concatenate([seen,~seen])); lev=[seen]
    for k in range(1,top+1):
        parts=[]
        for op,c in (('a',1),('x',xc)):
            s=k-c
            for i in range(0,s//2+1):
                if s<0: break
                A,B=lev[i],lev[s-i]
                if op=='x': A=A[(A&1)==0];B=B[(B&1)==0]
                for a in (A if len(A)<len(B) else B):
                    Bq=B if len(A)<len(B) else A
                    parts.append((a&Bq) if op=='a' else (a^Bq))
        v=np.unique(np.concatenate(parts)); v=np.unique(np.concatenate([v,~v]))
        v=v[~np.isin(v,seen,assume_unique=True)] if len(seen)<3e6 else v
        seen=np.union1d(seen,v); lev.append(v)
    return lev
t=time.process_time()
L3=levels(3,5); print([len(x) for x in L3],time.process_time()-t)
L1=levels(1,3); print([len(x) for x in L1],time.process_time()-t)
F=np.concatenate(L3); K=np.concatenate([np.full(len(x),k) for k,x in enumerate(L3)])
P=(1.5,1.75,2,2.25,2.5)
def pc(x): return np.bitwise_count(x)
# tail: cost>5 background: assume counts x10, x9, x8, ... at chance, over 65536 shares
def tail(p):
    c=len(L3[5]);s=0
    for k,g in zip(range(6,20),(10,9.3,8.7,8,7.3,6.6,5.8,5,4,3,2,1,.5,.2)):
        c*=g; c=min(c,4e8); s+=c/65536*2.0**(-p*k)
    return s
def one(T,rows):
    m=np.uint32(sum(1<<int(r) for r in rows)); ok=((F^T)&m)==0
    f=F[ok];k=K[ok]; ag=16-pc((f^T)&~m)
    out=[]
    for p in P:
        w=2.0**(-p*k); tl=tail(p); out.append(((w@ag)/16+.5*tl)/(w.sum()+tl) if len(f) else .5)
    return out
x0,x1,x2,x3,x4=X
maj=(x0&x1)|(x0&x2)|(x1&x2); mux=(x0&x1)|(~x0&x2)
from itertools import combinations
maj5=np.uint32(0)
for a,b,c in combinations(X,3): maj5|=a&b&c
par=x0^x1^x2^x3^x4
T=dict(x0=x0,and2=x0&x1,maj3=maj,parity=par,xor2=x0^x1,xor3=x0^x1^x2,andxor=(x0&x1)^x2,mux=mux,maj5=maj5)
print('P',P)
for nm,t_ in T.items():
    print(nm,np.mean([one(t_,rng.choice(R,16,replace=False)) for _ in range(25)],0).round(3),round(time.process_time()-t,1))
for g in range(4):
    print('gates',g,np.mean([one(rng.choice(L1[g]),rng.choice(R,16,replace=False)) for _ in range(40)],0).round(3))
rows=[r for r in range(R) if r&1]; m=np.uint32(sum(1<<r for r in rows)); fm=~m
# x4 is lowest bit of row index
def lab(g): return g&fm
for nm,t_ in dict(x0=x0,a_bc=x0&(x1|x2),o_bc=x0|(x1&x2),mux=mux,maj3=maj,axorbc=x0^(x1&x2),xor4=x0^x1^x2^x3).items():
    tw=np.uint32(0)
    ok=((F^t_)&m)==0; f=F[ok];k=K[ok]; fr=f&fm; ag=16-pc((f^t_)&fm)
    ig=fr==lab(t_); inv=fr==lab(~t_); con=(fr==0)|(fr==fm); fol=np.zeros(len(f),bool)
    for x in (x0,x1,x2,x3): fol|=(fr==lab(x))&~ig&~inv
    for p in P:
        w=2.0**(-p*k); tl=tail(p); tot=w.sum()+tl
        print('cue',nm,p,'acc',round(((w@ag)/16+.5*tl)/tot,3),'tail',round(tl/tot,3),'ig',round(w[ig].sum()/tot,3),'inv',round(w[inv].sum()/tot,4),'con',round(w[con].sum()/tot,3),'fol',round(w[fol].sum()/tot,4))
print(time.process_time()-t)
