"""What completions weighed by 2^-(price a gate) say of rows not shown, by circuits without sharing: and, or with
negation free, and xor at the price of one gate (xor1) or of three (xor3). Exact over all completions of 3 and 4 inputs,
with the slope on Lempel-Ziv complexity. Nothing is trained.

Numbers: forecasts/*/panel-smallest-circuit.toml, generous reading, at 3 and 4 inputs (slopes: 4 inputs, x3 = 1 shown).
Needs numpy.

    python3 three_and_four.py
"""
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
R=16
X=[sum(((r>>(3-i))&1)<<r for r in range(R)) for i in range(4)];x0,x1,x2,x3=X
def words(s):
    w=0;st=0
    while st<len(s):
        best=0
        for f in range(st):
            l=0
            while st+l<len(s) and s[st+l]==s[f+l]: l+=1
            best=max(best,l)
        st+=best+1;w+=1
    return w
def lz(T):
    s=[(T>>r)&1 for r in range(R)]
    return 4. if sum(s) in(0,16) else 2*(words(s)+words(s[::-1]))
rows=[r for r in range(R) if (x3>>r)&1]; free=[r for r in range(R) if r not in rows]
fm=sum(1<<r for r in free)
for nm,T in (('x0',x0),('a_bc',x0&(x1|x2)),('and3',x0&x1&x2),('maj3',(x0&x1)|(x0&x2)|(x1&x2))):
    base=T&~fm
    C=np.array([base|sum(((b>>i)&1)<<r for i,r in enumerate(free)) for b in range(256)])
    K=np.array([lz(int(c)) for c in C]); ag=np.array([8-bin(int(c)^T).count('1') for c in C])
    for lab,L in (('xor1',L1),('xor3',L3)):
        for p in (1,1.5,2,2.5,3,4):
            w=2.0**(-p*L[C]);w/=w.sum()
            ks=np.unique(K);ks=[k for k in ks if w[K==k].sum()*2e4>10]; y=[np.log10(w[K==k].mean()) for k in ks]
            print(nm,lab,p,'slope',round(np.polyfit(ks,y,1)[0],3),'acc',round((w@ag)/8,3),'ig',round(w[C==T].sum(),3),'top',round(w.max(),3))
