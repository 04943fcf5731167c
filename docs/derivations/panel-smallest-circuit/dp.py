import numpy as np
rng=np.random.default_rng(7)
def inputs(n):
    R=1<<n; return [sum(((r>>(n-1-i))&1)<<r for r in range(R)) for i in range(n)]
def sizes(n,xorcost):
    R=1<<n; full=(1<<R)-1; N=1<<R
    cost=np.full(N,99,np.int16)
    def put(vals,k):
        vals=np.unique(np.concatenate([vals,full^vals])); new=vals[cost[vals]>k]; cost[new]=k; return new
    lev=[put(np.array([0]+inputs(n)),0)]
    k=0
    while (cost==99).any() and k<16:
        k+=1; mark=np.zeros(N,bool)
        for op,c in (('a',1),('x',xorcost)):
            s=k-c
            if s<0: continue
            for i in range(0,s//2+1):
                j=s-i
                if j>=len(lev): continue
                A,B=lev[i],lev[j]
                if op=='x':
                    A=A[(A&1)==0];B=B[(B&1)==0]   # negation free
                if not len(A) or not len(B): continue
                if len(A)>len(B):A,B=B,A
                for a in A:
                    mark[(a&B) if op=='a' else (a^B)]=True
        new=np.nonzero(mark)[0]; lev.append(put(new,k) if len(new) else new)
        #lev[k] includes negations
        lev[k]=lev[k]
    return cost
import time
def pop(x): return np.array([bin(int(v)).count('1') for v in x])
for n in (3,4):
    R=1<<n
    t=time.process_time(); L1=sizes(n,1); L3=sizes(n,3); print(n,'cpu',time.process_time()-t,np.bincount(L1[:]),np.bincount(L3))
    np.save(f'L{n}.npy',np.stack([L1,L3]))
    half=R//2; sub=np.arange(1<<half)
    def run(T,rows):
        free=[r for r in range(R) if r not in rows]
        base=sum(((T>>r)&1)<<r for r in rows)
        C=np.full(len(sub),base,np.int64)
        for b,r in enumerate(free): C|=((sub>>b)&1)<<r
        agree=half-pop(C^T)
        out=[]
        for L in (L1,L3):
            for p in (1,1.5,2,2.5,3,4):
                w=2.0**(-p*L[C]); out.append((w@agree)/w.sum()/half)
        return out
    for g in range(0,(5 if n==3 else 8)):
        F=np.nonzero(np.minimum(L1,7)==g)[0]
        acc=np.mean([run(int(rng.choice(F)),list(rng.choice(R,half,replace=False))) for _ in range(60)],0)
        print(n,g,'xor1',acc[:6].round(3),'xor3',acc[6:].round(3))
    if n==4:
        X=inputs(4)
        x0,x1,x2,x3=X
        for nm,T in (('x0',x0),('x0&(x1|x2)',x0&(x1|x2)),('x0&x1&x2',x0&x1&x2),('maj3',(x0&x1)|(x0&x2)|(x1&x2)),('x0^x1',x0^x1),('mux',(x0&x1)|((65535^x0)&x2)),('xor3',x0^x1^x2),('x0&x1',x0&x1),('x0&x1^x2',(x0&x1)^x2),('xor4',x0^x1^x2^x3)):
            rows=[r for r in range(R) if (x3>>r)&1]
            print('cue',nm,np.round(run(T,rows),3) if nm!='xor4' else '')
            print('rnd',nm,np.mean([run(T,list(rng.choice(R,half,replace=False))) for _ in range(40)],0).round(3))
