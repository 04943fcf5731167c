import numpy as np
L1,L3=np.load('L4.npy'); R=16
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
